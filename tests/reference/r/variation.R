# Frozen reference numbers for variation between units. Run here: Rscript variation.R  (R 4.2.2, MASS 7.3-58.2, lme4 1.1-31) -> variation.json
suppressMessages({library(MASS); library(lme4); library(jsonlite)})
set.seed(20130501)
k <- 24
expected <- round(exp(rnorm(k, 3, .7)), 1)
observed <- rpois(k, expected * rgamma(k, 9, 9))
nb <- glm.nb(observed ~ offset(log(expected)), control = glm.control(epsilon = 1e-14, maxit = 500))
for (step in 1:50) {  # glm.nb stops early: alternate to the last digit
  mu <- fitted(nb); theta <- theta.ml(observed, mu, limit = 500, eps = 1e-14)
  nb2 <- glm(observed ~ offset(log(expected)), family = negative.binomial(as.numeric(theta)), control = glm.control(epsilon = 1e-15)); nb$fitted.values <- fitted(nb2)
}
mean <- exp(unname(coef(nb2))); theta <- as.numeric(theta)
a <- observed + theta; b <- expected + theta / mean

n <- pmax(5, rpois(k, 60)); events <- rbinom(k, n, plogis(-1.1 + rnorm(k, 0, .45)))
unit <- factor(seq_len(k))
fit <- glmer(cbind(events, n - events) ~ 1 + (1 | unit), family = binomial, nAGQ = 25,
             control = glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e5)))
sigma <- as.numeric(attr(VarCorr(fit)$unit, "stddev"))
# A second derivation by numerical integration, and the profile limits of sigma from it.
each <- function(mean, s) sum(mapply(function(y, m) log(integrate(function(u) dbinom(y, m, plogis(mean + s * u)) * dnorm(u), -9, 9, rel.tol = 1e-12)$value), events, n))
best <- function(s) optimize(function(m) each(m, s), c(-3, 1), maximum = TRUE, tol = 1e-9)$objective
top <- optimize(best, c(.05, 1.5), maximum = TRUE, tol = 1e-8)
drop <- function(s) best(s) - top$objective + qchisq(.95, 1) / 2
mor <- function(s) exp(sqrt(2) * qnorm(.75) * s)
parts <- (observed - expected)^2 / expected^2 - 1 / expected
write_json(list(
  observed = observed, expected = expected, mean = mean, shape = theta, shrunk = a / b, low = qgamma(.025, a, b), high = qgamma(.975, a, b),
  above = pgamma(mean, a, b, lower.tail = FALSE),
  scv = base::mean(parts), scv_se = sqrt((k - 1) / k * sum((sapply(seq_len(k), function(i) base::mean(parts[-i])) - base::mean(parts))^2)),
  events = events, n = n, sigma = sigma, sigma_integrated = top$maximum, mor = mor(sigma), likelihood_ratio = 2 * (top$objective - best(1e-6)),
  mor_low = mor(uniroot(drop, c(1e-4, top$maximum), tol = 1e-10)$root), mor_high = mor(uniroot(drop, c(top$maximum, 3), tol = 1e-10)$root)
), "variation.json", digits = NA, auto_unbox = TRUE)
