# Errors of weighted differences that allow for the fit of the weights: stacked estimating equations, derivative by differences.
# Run here, after weights.R: Rscript weights_fitted.R  (R 4.2.2) -> weights_fitted.json
suppressMessages(library(jsonlite))
made <- fromJSON("weights.json"); d <- as.data.frame(made$data); y <- d$y; t <- d$treated == 1
x <- model.matrix(~ age + sex + stays, d); x[, 2] <- (x[, 2] - 80) / 6; z <- x[, -1]; q <- ncol(z)
sandwich_of <- function(psi, theta) {  # psi(theta): n x k
  k <- length(theta); a <- matrix(0, k, k)
  for (j in 1:k) { h <- 1e-5 * max(1, abs(theta[j])); e <- replace(0 * theta, j, h); a[, j] <- colSums(8 * (psi(theta + e) - psi(theta - e)) - (psi(theta + 2 * e) - psi(theta - 2 * e))) / (12 * h) }
  b <- crossprod(psi(theta)); v <- solve(a, t(solve(a, b))); g <- c(rep(0, k - 2), 1, -1); sqrt(c(t(g) %*% v %*% g))
}
logit <- coef(glm(t ~ x - 1, binomial, control = list(epsilon = 1e-14, maxit = 100)))
of <- function(w, side) sum((w * y)[side]) / sum(w[side])
propensity <- function(target) {
  weigh <- function(b) { p <- plogis(c(x %*% b)); if (target == "att") ifelse(t, 1, p / (1 - p)) else ifelse(t, 1 / p, 1 / (1 - p)) }
  w <- weigh(logit)
  sandwich_of(function(th) { b <- th[1:(q + 1)]; w <- weigh(b); cbind(x * (t - plogis(c(x %*% b))), t * w * (y - th[q + 2]), (!t) * w * (y - th[q + 3])) },
              c(logit, of(w, t), of(w, !t)))
}
multipliers <- function(side, wanted) { l <- rep(0, q); for (i in 1:60) { u <- sweep(z[side, ], 2, wanted); w <- c(exp(u %*% l)); g <- c(w %*% u); l <- l - solve(t(u) %*% (u * w), g) }; l }
entropy <- function(target) {
  base <- if (target == "att") t else rep(TRUE, nrow(d)); m <- colMeans(z[base, ]); l0 <- multipliers(!t, m); l1 <- if (target == "att") rep(0, q) else multipliers(t, m)
  both <- target == "ate"
  psi <- function(th) { m <- th[1:q]; l0 <- th[q + 1:q]; l1 <- if (both) th[2 * q + 1:q] else rep(0, q); u <- sweep(z, 2, m)
    w0 <- c(exp(u %*% l0)); w1 <- if (both) c(exp(u %*% l1)) else rep(1, nrow(d)); k <- length(th)
    cbind(base * u, (!t) * w0 * u, if (both) t * w1 * u, t * w1 * (y - th[k - 1]), (!t) * w0 * (y - th[k])) }
  u <- sweep(z, 2, m); w0 <- c(exp(u %*% l0)); w1 <- if (both) c(exp(u %*% l1)) else rep(1, nrow(d))
  sandwich_of(psi, c(m, l0, if (both) l1, of(w1, t), of(w0, !t)))
}
write_json(list(propensity_att = propensity("att"), propensity_ate = propensity("ate"), entropy_att = entropy("att"), entropy_ate = entropy("ate")),
           "weights_fitted.json", digits = NA, auto_unbox = TRUE)
