# Frozen reference numbers for difference-in-differences. Run here: Rscript comparison.R  (R 4.2.2, clubSandwich, sandwich) -> comparison.json
suppressMessages({library(clubSandwich); library(sandwich); library(jsonlite)})
set.seed(20130701)
units <- 9; periods <- 14
panel <- expand.grid(period = 1:periods, unit = 1:units)
panel$cluster <- c(1, 1, 2, 3, 4, 5, 6, 6, 7)[panel$unit]
start <- c(6, 6, 8, 9, NA, NA, NA, NA, NA)[panel$unit]
panel$start <- start
panel$exposure <- round(4 + panel$unit + rnorm(nrow(panel), 0, .1), 2)  # small counts: clubSandwich drops null directions by an absolute size
shock <- rnorm(7 * periods, 0, .12)[(panel$cluster - 1) * periods + panel$period]
panel$d <- as.numeric(!is.na(start) & panel$period >= start)
panel$events <- rpois(nrow(panel), panel$exposure * exp(-1 + .05 * panel$unit + .02 * panel$period - .2 * panel$d + shock))
panel$w <- round(runif(nrow(panel), .5, 2), 3)
panel$y <- panel$events / panel$exposure
told <- function(fit) {
  one <- function(type) {
    t <- coef_test(fit, vcov = vcovCR(fit, cluster = panel$cluster, type = type), test = "Satterthwaite", coefs = "d"); c(t$SE, t$df_Satt)
  }
  cr0 <- one("CR0")[1]; cr2 <- one("CR2"); k <- length(coef(fit)); n <- nrow(panel); g <- 7
  list(coefficient = unname(coef(fit)["d"]), cr0 = cr0, cr1 = cr0 * sqrt(g / (g - 1) * (n - 1) / (n - k)), cr2 = cr2[1], df = cr2[2])
}
linear <- lm(y ~ d + factor(unit) + factor(period), data = panel)
weighted <- lm(y ~ d + factor(unit) + factor(period), data = panel, weights = w)
poisson <- glm(events ~ d + factor(unit) + factor(period) + offset(log(exposure)), family = "poisson", data = panel,
               control = glm.control(epsilon = 1e-14, maxit = 100))
write_json(list(panel = panel, linear = told(linear), weighted = told(weighted), poisson = told(poisson),
  classical = summary(linear)$coefficients["d", "Std. Error"],
  hc1 = sqrt(vcovHC(linear, "HC1")["d", "d"]), hc2 = sqrt(vcovHC(linear, "HC2")["d", "d"])),
  "comparison.json", digits = NA, auto_unbox = TRUE, na = "null")
