# Frozen reference numbers for standardised rates. Run here: Rscript standardisation.R  (R 4.2.2) -> standardisation.json
# Direct: Fay and Feuer (1997) by R's qgamma, the formulas as in epitools::ageadjust.direct. Indirect: stats::poisson.test.
library(jsonlite)
direct <- function(x, n, s) {
  rate <- sum(s / sum(s) * x / n); v <- sum((s / sum(s))^2 * x / n^2); wm <- max(s / sum(s) / n)
  c(rate = rate, se = sqrt(v), low = if (rate > 0) qgamma(.025, shape = rate^2 / v, scale = v / rate) else 0,
    high = qgamma(.975, shape = (rate + wm)^2 / (v + wm^2), scale = (v + wm^2) / (rate + wm)))
}
x <- c(4, 12, 31, 40, 9); n <- c(5200, 3100, 2400, 1100, 210); s <- c(61000, 40500, 25800, 12900, 4300)
rates <- c(.0011, .0032, .0118, .0301, .0515)
indirect <- function(o, e) {
  t <- poisson.test(o, e)
  c(ratio = unname(t$estimate), low = t$conf.int[1], high = t$conf.int[2], p = t$p.value, doubled = min(1, 2 * min(ppois(o, e), ppois(o - 1, e, lower.tail = FALSE))))
}
pairs <- list(c(0, 2.5), c(1, 4.2), c(9, 4.2), c(3, 0.7), c(7, 7.3), c(8, 8), c(96, 91.62), c(40, 71.9), c(1203, 1100.4), c(2, 60))
write_json(list(
  counts = x, population = n, standard = s, rates = rates,
  direct = as.list(direct(x, n, s)), direct_zero = as.list(direct(0 * x, n, s)),
  direct_few = as.list(direct(c(0, 0, 1, 0, 0), n, s)),
  expected = sum(rates * n), indirect = as.list(indirect(sum(x), sum(rates * n))),
  exact = lapply(pairs, function(p) c(list(observed = p[1], expected = p[2]), as.list(indirect(p[1], p[2]))))
), "standardisation.json", digits = NA, auto_unbox = TRUE)
