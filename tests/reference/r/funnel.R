# Frozen reference numbers for funnel limits. Run here: Rscript funnel.R  (R 4.2.2) -> funnel.json
# FunnelPlotR is not packaged for Debian: its published formulas (Spiegelhalter 2005, 2012; NHS SHMI) are written out here a second time, in R.
library(jsonlite)
set.seed(20130401)
units <- 37
expected <- round(exp(rnorm(units, 3.6, .8)), 2)
observed <- rpois(units, expected * exp(rnorm(units, 0, .25)))
observed[5] <- round(3.2 * expected[5])  # one far out
n <- ceiling(expected * 6); n <- pmax(n, observed)
quant <- function(z, s, kept) {
  i <- sum(kept); phi <- sum(z[kept]^2) / i; w <- 1 / s[kept]^2
  list(phi = phi, tau2 = if (i * phi < i - 1) 0 else max(0, (i * phi - (i - 1)) / (sum(w) - sum(w^2) / sum(w))))
}
trimmed <- function(z, share) { k <- 1 / share; g <- floor(rank(z) * k / (length(z) + 1)); g > 0 & g < k - 1 }
pulled <- function(z, share) { q <- quantile(z, c(share, 1 - share)); pmin(pmax(z, q[1]), q[2]) }
all_units <- rep(TRUE, units)
z_log <- sqrt(expected) * log(observed / expected); s_log <- 1 / sqrt(expected)
z_root <- 2 * (sqrt(observed) - sqrt(expected)); s_root <- 1 / (2 * sqrt(expected))
target <- sum(observed) / sum(n); z_arc <- (asin(sqrt(observed / n)) - asin(sqrt(target))) * 2 * sqrt(n); s_arc <- 1 / (2 * sqrt(n))
shmi <- quant(z_log, s_log, trimmed(z_log, .1)); cqc <- quant(pulled(z_root, .1), s_root, all_units)
cqc05 <- quant(pulled(z_root, .05), s_root, all_units); part <- quant(pulled(z_arc, .1), s_arc, all_units)
z <- qnorm(c(.975, .999))
write_json(list(
  observed = observed, expected = expected, n = n,
  shmi = shmi, shmi_high = exp(z[2] * sqrt(1 / expected + shmi$tau2)), shmi_low = exp(-z[1] * sqrt(1 / expected + shmi$tau2)),
  cqc = cqc, cqc05 = cqc05, cqc_low = pmax(0, 1 - z[2] * sqrt(s_root^2 + cqc$tau2))^2, cqc_high = (1 + z[1] * sqrt(s_root^2 + cqc$tau2))^2,
  truncate_sqrt = quant(z_root, s_root, trimmed(z_root, .1)), proportion = part, target = target,
  proportion_high = sin(asin(sqrt(target)) + z[1] * sqrt(s_arc^2 + part$tau2))^2,
  exact_low95 = qchisq(.025, 2 * expected) / 2 / expected, exact_high95 = qchisq(.975, 2 * (expected + 1)) / 2 / expected,
  exact_low998 = qchisq(.001, 2 * expected) / 2 / expected, exact_high998 = qchisq(.999, 2 * (expected + 1)) / 2 / expected
), "funnel.json", digits = NA, auto_unbox = TRUE)
