# Frozen reference numbers for the interrupted time series. Run here: Rscript time_series.R  (R 4.2.2, sandwich) -> time_series.json
suppressMessages({library(sandwich); library(jsonlite)})
set.seed(20130301)
told <- function(n, start, season, sloped, lag) {
  time <- 0:(n - 1); calendar <- time %% 12 + 1
  exposure <- 310 + 2 * time + round(rnorm(n), 3)
  step <- as.numeric(time >= start); slope <- pmax(0, time - start)
  noise <- as.numeric(arima.sim(list(ar = .3), n)) * .06
  events <- rpois(n, exposure * exp(-1.4 + .002 * time + .1 * cos(2 * pi * calendar / 12) - .15 * step - .004 * slope + noise))
  frame <- data.frame(trend = time, step = step)
  if (sloped) frame$slope <- slope
  for (k in seq_len(season)) {
    frame[[paste0("sin_", k)]] <- sin(2 * pi * k * calendar / 12); frame[[paste0("cos_", k)]] <- cos(2 * pi * k * calendar / 12)
  }
  fit <- glm(events ~ . + offset(log(exposure)), family = quasipoisson, data = frame, control = glm.control(epsilon = 1e-14, maxit = 100))
  hac <- NeweyWest(fit, lag = lag, prewhite = FALSE, adjust = FALSE)
  r <- residuals(fit, "pearson"); v <- vcov(fit)
  pick <- as.numeric(names(coef(fit)) == "step") + if (sloped) 12 * (names(coef(fit)) == "slope") else 0
  plain <- frame; plain$step <- 0; if (sloped) plain$slope <- 0
  ahead <- predict(fit, cbind(plain, exposure = 1), se.fit = TRUE)
  list(n = n, start = start, season = season, sloped = sloped, lag = lag, events = events, exposure = exposure, names = names(coef(fit)),
       estimate = unname(coef(fit)), se = unname(sqrt(diag(v))), se_hac = unname(sqrt(diag(hac))), dispersion = summary(fit)$dispersion,
       log_ratio_12 = sum(pick * coef(fit)), se_ratio_12 = sqrt(drop(pick %*% v %*% pick)), hac_ratio_12 = sqrt(drop(pick %*% hac %*% pick)),
       autocorrelation = sum(r[-1] * r[-n]) / sum(r^2),
       rate = unname(exp(ahead$fit)), low = unname(exp(ahead$fit - qnorm(.975) * ahead$se.fit)),
       high = unname(exp(ahead$fit + qnorm(.975) * ahead$se.fit)))
}
write_json(list(seasonal = told(84, 43, 2, TRUE, 6), step_only = told(40, 20, 1, FALSE, 4), plain = told(60, 30, 0, TRUE, 9)), "time_series.json",
           digits = NA, auto_unbox = TRUE)
