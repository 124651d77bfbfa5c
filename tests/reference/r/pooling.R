# Frozen reference numbers for pooling. Run here: Rscript pooling.R  (R 4.2.2, metafor) -> pooling.json
suppressMessages({library(metafor); library(jsonlite)})
bcg <- list(
  yi = c(-.889311334, -1.585388657, -1.348073148, -1.441551190, -.217547322, -.786115586, -1.620898224, .011952334, -.469417649, -1.371344803,
         -.339358828, .445913401, -.017313948),
  vi = c(.325584765, .194581121, .415367965, .020010032, .051210172, .006905618, .223017248, .003961580, .056434210, .073024794, .012412214,
         .532505845, .071404660))
five <- list(yi = c(-.21, .03, -.16, -.29, -.12), vi = c(.052, .055, .049, .061, .058)^2)
alike <- list(yi = c(-.11, -.09, -.12, -.10, -.11), vi = c(.05, .06, .05, .07, .06)^2)
told <- function(set, method, test) {
  fit <- suppressWarnings(rma(set$yi, set$vi, method = method, test = test, control = list(threshold = 1e-12, maxiter = 10000, tol = 1e-12)))
  ahead <- predict(fit)
  drawn <- if (method == "EE") NULL else blup(fit)
  list(method = method, test = test, estimate = c(fit$beta), se = fit$se, low = fit$ci.lb, high = fit$ci.ub, p = fit$pval,
       tau2 = fit$tau2, i2 = fit$I2, q = fit$QE, q_p = fit$QEp, prediction_low = ahead$pi.lb, prediction_high = ahead$pi.ub, blup = drawn$pred, blup_se = drawn$se,
       blup_low = drawn$pi.lb, blup_high = drawn$pi.ub)
}
all_of <- function(set) c(set, list(fits = unlist(lapply(c("EE", "DL", "PM", "REML", "ML", "SJ"), function(m)
  lapply(c("z", "knha"), function(t) told(set, m, t))), recursive = FALSE),
  left_out = as.list(as.data.frame(leave1out(rma(set$yi, set$vi, method = "DL")))[c("estimate", "se", "tau2")])))
write_json(list(bcg = all_of(bcg), five = all_of(five), alike = all_of(alike)), "pooling.json", digits = NA, auto_unbox = TRUE)
