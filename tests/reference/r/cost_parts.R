# One- and two-part cost models with recycled predictions. Run here: Rscript cost_parts.R  (R 4.2.2, sandwich 3.0-2) -> cost_parts.json
suppressMessages({library(sandwich); library(jsonlite)})
set.seed(20130302)
n <- 180
d <- data.frame(treated = rbinom(n, 1, .45), age = round(rnorm(n, 80, 7), 1), sex = sample(c("k", "m"), n, TRUE), years = round(runif(n, .3, 2), 2),
                unit = sample(1:12, n, TRUE))
mu <- exp(9 + .02 * (d$age - 80) - .2 * d$treated)
d$cost <- round(ifelse(runif(n) < .6 + .1 * d$treated, rgamma(n, 1.5, 1.5 / mu), 0), 2)
tight <- list(epsilon = 1e-14, maxit = 500)
form <- ~ treated + age + sex
x_of <- function(a) model.matrix(form, transform(d, treated = a))
numeric <- function(f, th) sapply(seq_along(th), function(k) { h <- 1e-5 * max(abs(th[k]), 1e-2); e <- replace(0 * th, k, h)
  (8 * (f(th + e) - f(th - e)) - (f(th + 2 * e) - f(th - 2 * e))) / (12 * h) })
told <- function(mean_of, th, v, influence = NULL) {
  arms <- list(treated = function(th) mean_of(th, 1), comparison = function(th) mean_of(th, 0), difference = function(th) mean_of(th, 1) - mean_of(th, 0),
               log_ratio = function(th) log(mean_of(th, 1) / mean_of(th, 0)))
  lapply(arms, function(f) { g <- numeric(f, th); list(value = f(th), se = sqrt(c(t(g) %*% v %*% g))) })
}
park <- function(fit, y) {
  second <- glm((y - fitted(fit))^2 ~ log(fitted(fit)), family = Gamma("log"), control = tight)
  list(exponent = coef(second)[[2]], se = sqrt(sandwich(second)[2, 2]))
}
some <- d[d$cost > 0, ]
some$any <- 1; d$any <- as.integer(d$cost > 0)
logit <- glm(update(form, any ~ .), binomial, d, control = tight)
gamma <- glm(update(form, cost ~ .), Gamma("log"), some, control = tight)
k <- length(coef(logit))
two <- function(th, a) mean(plogis(x_of(a) %*% th[1:k]) * exp(x_of(a) %*% th[k + 1:k]))
th <- c(coef(logit), coef(gamma)); v <- matrix(0, 2 * k, 2 * k); v[1:k, 1:k] <- vcov(logit); v[k + 1:k, k + 1:k] <- vcov(gamma)
# the citizens' influence through both parts together
ifl <- estfun(logit) %*% bread(logit) / nrow(d)
ifg <- matrix(0, n, k); ifg[d$any == 1, ] <- estfun(gamma) %*% bread(gamma) / nrow(some)
robust <- crossprod(cbind(ifl, ifg))
two_park <- park(gamma, some$cost)
one <- function(th, a) mean(exp(x_of(a) %*% th))
one_gamma <- glm(update(form, cost ~ .), quasi(link = "log", variance = "mu^2"), d, start = c(log(mean(d$cost)), rep(0, k - 1)), control = tight)
# Without zeros also the inverse Gaussian (its deviance does not exist for 0).
families <- list(gaussian = "constant", poisson = "mu", gamma = "mu^2", inverse_gaussian = "mu^3")
fit_one <- function(variance, d) {
  x_of <- function(a) model.matrix(form, transform(d, treated = a))
  one <- function(th, a) mean(exp(x_of(a) %*% th))
  start <- coef(one_gamma)
  fit <- glm(update(form, cost ~ .), do.call(quasi, list(link = "log", variance = variance)), d, start = start, control = tight)
  list(coefficients = unname(coef(fit)), se = unname(sqrt(diag(vcov(fit)))), se_robust = unname(sqrt(diag(sandwich(fit)))), dispersion = summary(fit)$dispersion,
       model = told(one, coef(fit), vcov(fit)), robust = told(one, coef(fit), sandwich(fit)),
       by_unit = told(one, coef(fit), vcovCL(fit, d$unit, type = "HC0", cadjust = FALSE)))
}
ones <- lapply(families[1:3], fit_one, d = d)
positive <- lapply(families, fit_one, d = some)
yearly <- glm(update(form, cost ~ .), quasi(link = "log", variance = "mu^2"), d, offset = log(years), start = c(log(mean(d$cost)), rep(0, k - 1)), control = tight)
write_json(list(data = as.list(d), two = list(model = told(two, th, v), robust = told(two, th, robust), coefficients = unname(th), se = unname(sqrt(diag(v))),
  dispersion = summary(gamma)$dispersion, park = two_park), one = ones, positive = positive, one_park = park(one_gamma, d$cost),
  yearly = told(one, coef(yearly), vcov(yearly))), "cost_parts.json", digits = NA, auto_unbox = TRUE)
