# Cohort and period effects by regression of changes, their averages by the formulas of Callaway and Sant'Anna (2021).
# Run here: Rscript staggered.R  (R 4.2.2, sandwich 3.0-2) -> staggered.json
suppressMessages({library(sandwich); library(jsonlite)})
set.seed(20130306)
units <- 24; periods <- 2001:2007
g <- rep(c(0, 2003, 2004, 2006), c(9, 5, 6, 4)); w <- round(runif(units, .5, 2), 2)
y <- t(sapply(1:units, function(u) 3 + rnorm(1) + .1 * (periods - 2001) + rnorm(7, 0, .4) + ifelse(g[u] > 0 & periods >= g[u], -.3 - .1 * (periods - g[u]), 0)))
y <- round(y, 4)
build <- function(weights, control, base) {
  rows <- list(); psi <- NULL
  for (c in c(2003, 2004, 2006)) for (t in periods[if (base == "universal") 1:7 else 2:7]) {
    b <- if (base == "universal" || t >= c) c - 1 else t - 1
    if (t == b) { rows[[length(rows) + 1]] <- c(c, t, 0, 0); psi <- cbind(psi, rep(0, units)); next }
    later <- if (control == "never") g == 0 else (g == 0 | g > max(t, b)) & g != c
    used <- g == c | later
    dy <- (y[, which(periods == t)] - y[, which(periods == b)])[used]; treat <- as.numeric(g[used] == c)
    fit <- lm(dy ~ treat, weights = weights[used])
    influence <- rep(0, units); influence[used] <- (estfun(fit) %*% bread(fit) / sum(used))[, 2]
    rows[[length(rows) + 1]] <- c(c, t, coef(fit)[[2]], sqrt(vcovHC(fit, "HC0")[2, 2])); psi <- cbind(psi, influence)
  }
  list(att = do.call(rbind, rows), psi = unname(psi))
}
share <- function(cs, weights) sapply(cs, function(c) mean(weights * (g == c)))
average <- function(values, psi, cs, weights) {  # weights P(g), their estimation in the influence
  p <- share(cs, weights); s <- sum(p)
  own <- sapply(cs, function(c) weights * (g == c)) - matrix(p, units, length(p), byrow = TRUE)
  estimated <- (own / s - rowSums(own) %o% (p / s^2)) %*% values / units
  list(value = sum(values * p) / s, psi = c(psi %*% (p / s) + estimated))
}
se <- function(psi) sqrt(sum(psi^2))
told <- function(weighted, control, base) {
  weights <- if (weighted) w / mean(w) else rep(1, units)
  made <- build(weights, control, base); att <- made$att; psi <- made$psi; e <- att[, 2] - att[, 1]
  simple <- average(att[e >= 0, 3], psi[, e >= 0], att[e >= 0, 1], weights)
  events <- sort(unique(e)); by_event <- lapply(events, function(k) average(att[e == k, 3], psi[, e == k, drop = FALSE], att[e == k, 1], weights))
  post <- events >= 0; dynamic <- rowMeans(sapply(by_event[post], function(a) a$psi))
  cs <- c(2003, 2004, 2006)
  by_group <- lapply(cs, function(c) list(value = mean(att[e >= 0 & att[, 1] == c, 3]), psi = rowMeans(psi[, e >= 0 & att[, 1] == c, drop = FALSE])))
  group <- average(sapply(by_group, function(a) a$value), sapply(by_group, function(a) a$psi), cs, weights)
  halves <- rowsum(simple$psi, rep(1:12, each = 2))
  list(weighted = weighted, control = control, base = base, att = att, simple = c(simple$value, se(simple$psi)), simple_by_pairs = se(halves),
       event = cbind(events, sapply(by_event, function(a) a$value), sapply(by_event, function(a) se(a$psi))),
       event_overall = c(mean(sapply(by_event[post], function(a) a$value)), se(dynamic)),
       group = cbind(cs, sapply(by_group, function(a) a$value), sapply(by_group, function(a) se(a$psi))), group_overall = c(group$value, se(group$psi)))
}
cases <- list(told(FALSE, "never", "varying"), told(FALSE, "never", "universal"), told(FALSE, "not_yet", "varying"), told(TRUE, "not_yet", "universal"))
write_json(list(y = y, periods = periods, start = g, weights = w, cases = cases), "staggered.json", digits = NA, auto_unbox = TRUE)
