# Weights and the difference under them. Run here: Rscript weights.R  (R 4.2.2, sandwich 3.0-2) -> weights.json
suppressMessages({library(sandwich); library(jsonlite)})
set.seed(20130301)
n <- 140
d <- data.frame(age = round(rnorm(n, 80, 6), 1), sex = sample(c("k", "m"), n, TRUE), stays = rpois(n, 1.2))
d$treated <- rbinom(n, 1, plogis(-.6 + .04 * (d$age - 80) + .35 * d$stays - .4 * (d$sex == "m")))
d$y <- round(2 + .1 * (d$age - 80) + .5 * d$stays - .4 * d$treated + rnorm(n), 3)
x <- model.matrix(~ age + sex + stays, d)[, -1]
t <- d$treated == 1
logit <- glm(treated ~ age + sex + stays, binomial, d, control = list(epsilon = 1e-14, maxit = 100))
p <- unname(fitted(logit))
entropy <- function(z, target) {  # the convex dual, by BFGS and then Newton
  s <- apply(z, 2, sd); u <- sweep(sweep(z, 2, target), 2, s, "/")
  f <- function(l) log(sum(exp(u %*% l))); w <- function(l) { e <- exp(u %*% l); c(e / sum(e)) }
  l <- optim(rep(0, ncol(u)), f, function(l) c(w(l) %*% u), method = "BFGS", control = list(reltol = 1e-14, maxit = 1000))$par
  for (i in 1:30) { v <- w(l); g <- c(v %*% u); l <- l - solve(t(u) %*% (u * v) - g %o% g, g) }
  w(l)
}
att <- mean(t); everybody <- colMeans(x)
ebal_att <- rep(1, n); ebal_att[!t] <- entropy(x[!t, ], colMeans(x[t, ])) * sum(t)
ebal_ate <- rep(1, n); ebal_ate[!t] <- entropy(x[!t, ], everybody) * sum(!t); ebal_ate[t] <- entropy(x[t, ], everybody) * sum(t)
weights <- list(propensity_att = ifelse(t, 1, p / (1 - p)), propensity_ate = ifelse(t, mean(t) / p, mean(!t) / (1 - p)),
                entropy_att = ebal_att, entropy_ate = ebal_ate)
told <- function(name) {
  w <- weights[[name]]
  fit <- lm(y ~ treated, d, weights = w)
  before <- colMeans(x[t, ]) - colMeans(x[!t, ])
  after <- apply(x, 2, function(c) weighted.mean(c[t], w[t]) - weighted.mean(c[!t], w[!t]))
  sd <- if (grepl("att", name)) apply(x[t, ], 2, sd) else sqrt((apply(x[t, ], 2, var) + apply(x[!t, ], 2, var)) / 2)
  list(weights = w, estimate = coef(fit)[[2]], se = sqrt(vcovHC(fit, "HC0")[2, 2]), smd_before = unname(before / sd), smd_after = unname(after / sd),
       ess = c(sum(w[t])^2 / sum(w[t]^2), sum(w[!t])^2 / sum(w[!t]^2)))
}
write_json(list(data = as.list(d), cases = sapply(names(weights), told, simplify = FALSE)), "weights.json", digits = NA, auto_unbox = TRUE)
