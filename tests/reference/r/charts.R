# Frozen reference numbers for control charts. Run here: Rscript charts.R  (R 4.2.2) -> charts.json
# qcc and qicharts2 are not packaged for Debian: the textbook formulas (Shewhart; Laney 2002) are written out here a second time, in R.
library(jsonlite)
set.seed(20130601)
k <- 30; baseline <- 18
values <- round(rnorm(k, 52, 4), 1)
n <- rpois(k, 900); events <- rbinom(k, n, plogis(-1.6 + rnorm(k, 0, .12)))
exposure <- round(runif(k, 70, 110), 2); counts <- rpois(k, exposure * rgamma(k, 30, 30) * .45)
xmr <- function(x, b) { m <- mean(abs(diff(x[1:b]))); list(centre = mean(x[1:b]), low = mean(x[1:b]) - 2.66 * m, high = mean(x[1:b]) + 2.66 * m, range_high = 3.267 * m) }
limits <- function(p, centre, s, top) list(centre = centre, low = pmax(0, centre - 3 * s), high = pmin(top, centre + 3 * s))
laney <- function(p, centre, s, b, top) { sz <- mean(abs(diff((p[1:b] - centre) / s[1:b]))) / 1.128; c(limits(p, centre, s * sz, top), list(spread = sz)) }
p <- function(b) sum(events[1:b]) / sum(n[1:b]); u <- function(b) sum(counts[1:b]) / sum(exposure[1:b]); cc <- function(b) mean(counts[1:b])
one <- function(b) list(
  xmr = xmr(values, b), p = limits(events / n, p(b), sqrt(p(b) * (1 - p(b)) / n), 1), u = limits(counts / exposure, u(b), sqrt(u(b) / exposure), Inf),
  c = limits(counts, cc(b), sqrt(cc(b)), Inf), laney_p = laney(events / n, p(b), sqrt(p(b) * (1 - p(b)) / n), b, 1),
  laney_u = laney(counts / exposure, u(b), sqrt(u(b) / exposure), b, Inf))
write_json(list(values = values, events = events, n = n, counts = counts, exposure = exposure, baseline = baseline, all = one(k), frozen = one(baseline)),
           "charts.json", digits = NA, auto_unbox = TRUE)
