# Mix of services, Fieller, net benefit, gamma-Poisson, Rubin's rules, Imbens-Manski. Run here: Rscript mix_money.R  (R 4.2.2, MASS 7.3-58) -> mix_money.json
suppressMessages({library(MASS); library(jsonlite)})
set.seed(20130305)
n <- 120
d <- data.frame(treated = rbinom(n, 1, .5), age = round(rnorm(n, 80, 7), 1))
for (k in 1:3) d[[c("hospital", "practice", "municipality")[k]]] <- round(rgamma(n, c(.5, .8, 1)[k], .05) * (1 + .3 * (k == 3) * d$treated))
d$cost <- round(rgamma(n, 1, 1 / 9000) + 4000 * d$treated, 2); d$qaly <- round(rnorm(n, .6, .15) + .05 * d$treated, 4)
d[c(5, 50, 100), c("hospital", "practice", "municipality")] <- 0  # no use, no mix
used <- d[rowSums(d[c("hospital", "practice", "municipality")]) > 0, ]
share <- as.matrix(used[c("hospital", "practice", "municipality")]); share <- share / rowSums(share)
x <- model.matrix(~ treated + I(age - 80), used); x_raw <- model.matrix(~ treated + age, used); p <- ncol(x)
chance <- function(b, x) { e <- cbind(1, exp(x %*% matrix(b, p))); e / rowSums(e) }
score <- function(b) do.call(cbind, lapply(1:2, function(k) x * (share[, k + 1] - chance(b, x)[, k + 1])))
b <- optim(rep(0, 2 * p), function(b) -sum(share * log(chance(b, x))), function(b) -colSums(score(b)), method = "BFGS", control = list(reltol = 1e-15, maxit = 5000))$par
information <- function(b) -sapply(seq_along(b), function(k) { h <- 1e-4; e <- replace(0 * b, k, h)
  (8 * (colSums(score(b + e)) - colSums(score(b - e))) - (colSums(score(b + 2 * e)) - colSums(score(b - 2 * e)))) / (12 * h) })
for (i in 1:10) b <- b + solve(information(b), colSums(score(b)))
bread <- solve(information(b)); v <- bread %*% crossprod(score(b)) %*% t(bread)
mean_share <- function(b, a) { z <- x; z[, 2] <- a; colMeans(chance(b, z)) }
gap <- function(b) mean_share(b, 1) - mean_share(b, 0)
slope <- sapply(seq_along(b), function(k) { h <- 1e-4; e <- replace(0 * b, k, h); (8 * (gap(b + e) - gap(b - e)) - (gap(b + 2 * e) - gap(b - 2 * e))) / (12 * h) })
mix <- list(treated = unname(mean_share(b, 1)), comparison = unname(mean_share(b, 0)), difference = unname(gap(b)), se = unname(sqrt(diag(slope %*% v %*% t(slope)))))
t <- d$treated == 1
money <- local({
  gain <- mean(d$qaly[t]) - mean(d$qaly[!t]); dear <- mean(d$cost[t]) - mean(d$cost[!t])
  nb <- 200000 * d$qaly - d$cost
  w <- t.test(nb[t], nb[!t]); cv <- cov(d[t, c("cost", "qaly")]) / sum(t) + cov(d[!t, c("cost", "qaly")]) / sum(!t)
  z <- qnorm(.975); f <- function(r) (gain + r * dear)^2 - z^2 * (cv[2, 2] + 2 * r * cv[1, 2] + r^2 * cv[1, 1])
  list(benefit = 200000 * gain - dear, se = w$stderr, icer = dear / gain, probability = pnorm((200000 * gain - dear) / w$stderr),
       correlation = cv[1, 2] / sqrt(cv[1, 1] * cv[2, 2]))
})
fieller <- local({  # hospital use saved against municipal use: the roots of the test inverted
  less <- d$hospital; more <- d$municipality + 30 * d$treated; less <- less - 6 * d$treated
  a <- mean(less[t]) - mean(less[!t]); m <- mean(more[t]) - mean(more[!t]); z <- qnorm(.975)
  v <- cov(cbind(less, more)[t, ]) / sum(t) + cov(cbind(less, more)[!t, ]) / sum(!t)
  g <- function(r) (m + r * a)^2 - z^2 * (v[2, 2] + 2 * r * v[1, 2] + r^2 * v[1, 1])
  r0 <- -m / a
  list(value = r0, low = uniroot(g, c(r0 - 60, r0), tol = 1e-12)$root, high = uniroot(g, c(r0, r0 + 400), tol = 1e-12)$root)
})
lam <- rgamma(400, .6, .6 / .5); years <- round(runif(400, .5, 1.5), 2)
counts <- rpois(400, lam * years)
nb <- glm.nb(counts ~ 1 + offset(log(years)), control = glm.control(epsilon = 1e-14, maxit = 200))
q <- c(.31, .28, .35, .30, .26); s <- c(.11, .12, .10, .11, .13)
rubin <- local({ w <- mean(s^2); bb <- var(q); tt <- w + 1.2 * bb; df <- 4 * (1 + w / (1.2 * bb))^2
  list(values = q, ses = s, value = mean(q), se = sqrt(tt), df = df, low = mean(q) - qt(.975, df) * sqrt(tt), high = mean(q) + qt(.975, df) * sqrt(tt)) })
y <- round(pmin(pmax(rnorm(n, .6, .3), 0), 1), 3); y[seq(1, n, 6)] <- NA
bounds <- local({
  fill <- function(a, b) { z <- y; z[is.na(z) & t] <- a; z[is.na(z) & !t] <- b; c(mean(z[t]) - mean(z[!t]), sqrt(var(z[t]) / sum(t) + var(z[!t]) / sum(!t))) }
  l <- fill(0, 1); u <- fill(1, 0)
  cc <- uniroot(function(c) pnorm(c + (u[1] - l[1]) / max(l[2], u[2])) - pnorm(-c) - .95, c(0, 10), tol = 1e-13)$root
  list(low = l[1], high = u[1], ci_low = l[1] - cc * l[2], ci_high = u[1] + cc * u[2])
})
write_json(list(data = as.list(d), mix = mix, money = money, fieller = fieller, counts = counts, years = years, gamma = list(mean = exp(coef(nb)[[1]]), shape = nb$theta),
  rubin = rubin, outcome = y, bounds = bounds), "mix_money.json", digits = NA, auto_unbox = TRUE, na = "null")
