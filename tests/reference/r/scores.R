# Frozen reference numbers for patient-reported scores. Run here: Rscript scores.R
# (R 4.2.2, lme4 1.1-31, geepack 1.3-9, sandwich 3.0-2) -> scores.json
suppressMessages({library(geepack); library(lme4); library(sandwich); library(jsonlite)})
set.seed(20130701)
k <- 40
id <- rep(1:k, each = 4); wave <- rep(0:3, k); treated <- as.integer(id %% 2 == 0); age <- round(rnorm(k, 80, 5))[id]
own <- rnorm(k, 0, .12)[id]; slope <- rnorm(k, 0, .04)[id]
score <- round(.62 + own + (.02 + slope) * wave + .03 * treated * wave - .004 * (age - 80) + rnorm(4 * k, 0, .07), 3)
d <- data.frame(id, wave, treated, age, score)[runif(4 * k) >= .12, ]
d$satisfied <- rbinom(nrow(d), 1, plogis(.4 + 2 * (d$score - .62) + .3 * d$treated))
d$visits <- rpois(nrow(d), exp(.2 - .25 * d$treated + 3 * (d$score - .62)))
d$cost <- round(rgamma(nrow(d), 1.5, 1.5 / exp(7 + .2 * d$treated)), 2) + 1
d$years <- round(runif(nrow(d), .2, 1), 2)
families <- list(satisfied = binomial(), visits = poisson(), score = gaussian(), cost = Gamma(link = "log"))
models <- list()
for (y in names(families)) for (structure in c("independence", "exchangeable", "ar1")) {
  fit <- summary(geeglm(as.formula(paste(y, "~ wave + treated + age")), id = id, waves = wave, data = d, family = families[[y]], corstr = structure,
                        control = geese.control(epsilon = 1e-13, maxit = 500)))
  models[[paste(y, structure)]] <- list(estimate = fit$coefficients[, 1], se = fit$coefficients[, 2], dispersion = fit$dispersion[1, 1],
                                        correlation = if (structure == "independence") 0 else fit$corr[1, 1])
}
offset_fit <- summary(geeglm(visits ~ treated + offset(log(years)), id = id, data = d, family = poisson(), corstr = "exchangeable",
                             control = geese.control(epsilon = 1e-13, maxit = 500)))
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-13, maxfun = 1e5), check.conv.singular = "ignore")
lmm <- function(formula) {
  m <- lmer(formula, d, control = control); v <- as.matrix(VarCorr(m)$id)
  list(estimate = unname(fixef(m)), se = unname(sqrt(diag(as.matrix(vcov(m))))), covariance = unname(v)[, , drop = FALSE], residual = sigma(m)^2, log_likelihood = as.numeric(logLik(m)))
}
wide <- merge(d[d$wave == 0, c("id", "treated", "age", "score")], d[d$wave == 3, c("id", "score")], by = "id", suffixes = c("_before", "_after"))
wide$arm <- c("comparison", "programme", "programme plus")[1 + wide$treated + (wide$id %% 4 == 0)]
two <- lm(score_after ~ score_before + treated + age, wide); three <- lm(score_after ~ score_before + arm, wide)
table <- function(m) { s <- summary(m)$coefficients; ci <- confint(m)
  list(estimate = unname(s[, 1]), se = unname(s[, 2]), p = unname(s[, 4]), low = unname(ci[, 1]), high = unname(ci[, 2]),
       se_robust = unname(sqrt(diag(vcovHC(m, "HC3")))), residual = sigma(m), r2 = summary(m)$r.squared) }
write_json(list(
  rows = as.list(d), gee = models, offset = list(estimate = offset_fit$coefficients[, 1], se = offset_fit$coefficients[, 2]),
  mixed = list(intercept = lmm(score ~ wave * treated + age + (1 | id)), slope = lmm(score ~ wave * treated + age + (wave | id))),
  wide = as.list(wide), ancova = table(two), ancova_three = table(three)
), "scores.json", digits = NA, auto_unbox = TRUE)
