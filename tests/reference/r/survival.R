# Frozen reference numbers for time to event. Run here: Rscript survival.R  (R 4.2.2, survival 3.5-3, cmprsk 2.2-11) -> survival.json
suppressMessages({library(survival); library(cmprsk); library(jsonlite)})
set.seed(20130101)

# First event with a competing one; whole days, so that times are tied. "late" has late entry.
n <- 150
a <- rexp(n, .020); b <- rexp(n, .008); c <- runif(n, 20, 90)
exit <- ceiling(pmin(a, b, c)); event <- ifelse(pmin(a, b) > c, 0, ifelse(a < b, 1, 2))
entry <- ifelse(seq_len(n) %% 3 == 0, pmin(floor(runif(n, 0, 15)), exit - 1), 0)
at <- c(7, 30, 60)
state <- factor(event, 0:2, c("none", "event", "death"))
rows <- function(fit, times, column) {
  s <- summary(fit, times = times)
  list(estimate = s$pstate[, column], se = s$std.err[, column], low = s$lower[, column], high = s$upper[, column], at_risk = s$n.risk[, 1])
}
curve <- function(fit, times) {
  s <- summary(fit, times = times)
  list(estimate = s$surv, se = s$std.err, low = s$lower, high = s$upper, at_risk = s$n.risk)
}
id <- seq_len(n)
aj <- survfit(Surv(exit, state) ~ 1)
aj_loglog <- survfit(Surv(exit, state) ~ 1, conf.type = "log-log")
aj_plain <- survfit(Surv(exit, state) ~ 1, conf.type = "plain")
aj_late <- survfit(Surv(entry, exit, state) ~ 1, id = id)
points <- timepoints(cuminc(exit, event), at)
km <- survfit(Surv(exit, event == 1) ~ 1)
km_loglog <- survfit(Surv(exit, event == 1) ~ 1, conf.type = "log-log")
km_late <- survfit(Surv(entry, exit, event == 1) ~ 1)
late_at <- c(20, 30, 60)

# Recurrent events: a frailty, a treatment, tied days, gaps in the time at risk.
make <- function(i) {
  treated <- i %% 2; age <- round(rnorm(1, 80, 6)); frailty <- rgamma(1, 1.2, 1.2)
  end <- sample(120:365, 1); start <- sample(0:30, 1); out <- NULL
  repeat {
    stop <- start + ceiling(rexp(1, .006 * frailty * exp(-.35 * treated + .02 * (age - 80))))
    if (stop >= end) { if (end > start) out <- rbind(out, c(i, start, end, 0, treated, age)); break }
    out <- rbind(out, c(i, start, stop, 1, treated, age)); start <- stop + sample(0:5, 1)
    if (start >= end) break
  }
  out
}
ag <- as.data.frame(do.call(rbind, lapply(1:80, make)))
names(ag) <- c("citizen_id", "entry", "exit", "event", "treated", "age")
fit <- coxph(Surv(entry, exit, event) ~ treated + age, data = ag, ties = "efron", cluster = citizen_id)
s <- summary(fit)$coefficients
write_json(list(
  spells = list(entry = entry, exit = exit, event = event), at = at, late_at = late_at,
  survfit_event = rows(aj, at, 2), survfit_death = rows(aj, at, 3), survfit_loglog = rows(aj_loglog, at, 2), survfit_plain = rows(aj_plain, at, 2),
  survfit_late = rows(aj_late, late_at, 2),
  cuminc_event = list(estimate = points$est[1, ], variance = points$var[1, ]), cuminc_death = list(estimate = points$est[2, ], variance = points$var[2, ]),
  km = curve(km, at), km_loglog = curve(km_loglog, at), km_late = curve(km_late, late_at),
  recurrent = as.list(ag),
  andersen_gill = list(coefficient = s[, "coef"], se_naive = s[, "se(coef)"], se_robust = s[, "robust se"])
), "survival.json", digits = NA, auto_unbox = TRUE)
