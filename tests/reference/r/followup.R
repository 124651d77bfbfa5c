# Standardised change of a share, weights for non-response, quality-adjusted life years. Run here: Rscript followup.R
# (R 4.2.2, geepack 1.3-9) -> followup.json
suppressMessages({library(geepack); library(jsonlite)})
set.seed(20130704)
k <- 90
d <- expand.grid(after = 0:1, id = 1:k)
d$treated <- as.integer(d$id %% 2 == 0); d$age <- round(rnorm(k, 80, 6), 1)[d$id]; d$sex <- sample(c("k", "m"), k, TRUE)[d$id]; own <- rnorm(k)[d$id]
d$unit <- d$id %% 15
d$falls <- rbinom(nrow(d), 1, plogis(-.3 + .05 * (d$age - 80) + own - .5 * d$after * d$treated + .2 * d$after))
tight <- geese.control(epsilon = 1e-13, maxit = 500)
standardised <- function(formula, data, situations, signs, structure, groups = "id") {
  data <- data[order(data[[groups]]), ]; data$g <- data[[groups]]
  fit <- geeglm(formula, id = g, data = data, family = binomial(), corstr = structure, control = tight)
  b <- coef(fit); v <- fit$geese$vbeta; terms <- delete.response(terms(fit)); value <- 0; gradient <- 0 * b
  for (i in seq_along(situations)) {
    x <- model.matrix(terms, transform(data, after = if (is.null(situations[[i]]$after)) after else situations[[i]]$after,
                                       treated = if (is.null(situations[[i]]$treated)) treated else situations[[i]]$treated))
    p <- plogis(c(x %*% b)); value <- value + signs[i] * mean(p); gradient <- gradient + signs[i] * colMeans(p * (1 - p) * x)
  }
  list(value = value, se = sqrt(c(t(gradient) %*% v %*% gradient)))
}
s <- function(after = NULL, treated = NULL) list(after = after, treated = treated)
pairs <- list(s(0), s(1)); arms <- list(s(treated = 0), s(treated = 1)); four <- list(s(0, 0), s(1, 0), s(0, 1), s(1, 1))
change <- list(
  own = standardised(falls ~ after + age + sex, subset(d, treated == 1), pairs, c(-1, 1), "independence"),
  arms = standardised(falls ~ treated + age + sex, subset(d, after == 1), arms, c(-1, 1), "independence"),
  both = standardised(falls ~ after * treated + age + sex, d, four, c(1, -1, -1, 1), "independence"),
  exchangeable = standardised(falls ~ after * treated + age + sex, d, four, c(1, -1, -1, 1), "exchangeable"),
  by_unit = standardised(falls ~ after * treated + age + sex, d, four, c(1, -1, -1, 1), "independence", "unit"),
  plain = standardised(falls ~ after * treated, d, four, c(1, -1, -1, 1), "independence"))
d$answered <- rbinom(nrow(d), 1, plogis(1 - .06 * (d$age - 80) - .3 * d$after)); d$score <- round(.6 - .01 * (d$age - 80) + .05 * d$treated + rnorm(nrow(d), 0, .1), 3)
w <- rep(0, nrow(d)); limits <- list()
for (wave in 0:1) for (arm in 0:1) {
  here <- d$after == wave & d$treated == arm; p <- fitted(glm(answered ~ age + sex, binomial, d[here, ], control = list(epsilon = 1e-14, maxit = 100)))
  w[here] <- ifelse(d$answered[here] == 1, 1 / p, 0)
  test <- prop.test(sum(d$answered[here]), sum(here), correct = FALSE)
  limits[[length(limits) + 1]] <- c(arm, wave, sum(here), sum(d$answered[here]), test$conf.int)
}
death <- ifelse(runif(k) < .3, round(runif(k, .1, 2.5), 2), NA); arm <- as.integer(1:k %% 2 == 0)
scores <- do.call(rbind, lapply(1:k, function(i) { at <- c(0, .5, 1, 2); at <- at[is.na(death[i]) | at <= death[i]]
  data.frame(id = i, time = at, index = round(pmin(1, .65 + rnorm(length(at), 0, .15)), 3)) }))
qaly <- alive <- numeric(k); horizon <- 1.75
for (i in 1:k) {
  mine <- scores[scores$id == i, ]; end <- min(death[i], horizon, na.rm = TRUE); alive[i] <- end
  curve <- function(t) if (nrow(mine) == 1) rep(mine$index, length(t)) else approx(mine$time, mine$index, t, rule = 2)$y
  knots <- sort(unique(c(mine$time[mine$time < end], end))); values <- curve(knots); qaly[i] <- sum(diff(knots) * (head(values, -1) + tail(values, -1)) / 2)
}
welch <- t.test(qaly[arm == 1], qaly[arm == 0])
base <- scores$index[match(1:k, scores$id)]; ancova <- summary(lm(qaly ~ base + arm))$coefficients["arm", ]
ratio <- function(side) { r <- sum(qaly[side]) / sum(alive[side]); n <- sum(side); c(r, sqrt(n / (n - 1) * sum((qaly[side] - r * alive[side])^2)) / sum(alive[side])) }
write_json(list(rows = as.list(d), change = change, weights = w, response = do.call(rbind, limits), persons = list(citizen_id = 1:k, death = death, treated = arm),
  scores = as.list(scores), horizon = horizon, qaly = qaly, mean = c(mean(qaly), sd(qaly) / sqrt(k)), difference = c(diff(rev(welch$estimate)), welch$stderr),
  adjusted = unname(ancova[1:2]), alive = list(all = ratio(rep(TRUE, k)), treated = ratio(arm == 1), comparison = ratio(arm == 0))),
  "followup.json", digits = NA, auto_unbox = TRUE, na = "null")
