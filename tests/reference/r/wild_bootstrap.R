# Restricted wild cluster bootstrap, every sign pattern refitted with lm. Run here: Rscript wild_bootstrap.R  (R 4.2.2, sandwich 3.0-2) -> wild_bootstrap.json
suppressMessages({library(sandwich); library(jsonlite)})
set.seed(20130303)
n <- 70; clusters <- 7
d <- data.frame(g = sample(clusters, n, TRUE), x2 = round(rnorm(n), 3), w = round(runif(n, .5, 2), 2))
d$x1 <- round(rnorm(n) + .2 * d$g, 3)
d$y <- round(.4 * d$x1 + .3 * d$x2 + rnorm(clusters, 0, .6)[d$g] + rnorm(n), 3)
test <- function(weighted, null) {
  d$own <- if (weighted) d$w else 1
  t_of <- function(y) { d$yy <- y; f <- lm(yy ~ x1 + x2, d, weights = own); (coef(f)[["x1"]] - null) / sqrt(vcovCL(f, d$g, type = "HC1")["x1", "x1"]) }
  d$y0 <- d$y - null * d$x1
  under <- lm(y0 ~ x2, d, weights = own)
  u <- d$y0 - fitted(under); base <- fitted(under) + null * d$x1
  signs <- as.matrix(expand.grid(rep(list(c(1, -1)), clusters)))
  t_star <- apply(signs, 1, function(s) t_of(base + s[d$g] * u))
  t <- t_of(d$y)
  list(weighted = weighted, null = null, t = t, p = mean(abs(t_star) >= abs(t) - 1e-9), p_strict = mean(abs(t_star) > abs(t) + 1e-9),
       coefficient = coef(lm(y ~ x1 + x2, d, weights = own))[["x1"]])
}
cases <- list(test(FALSE, 0), test(TRUE, 0), test(FALSE, .9), test(TRUE, -.2))
write_json(list(data = as.list(d[c("g", "x1", "x2", "w", "y")]), cases = cases), "wild_bootstrap.json", digits = NA, auto_unbox = TRUE)
