# Meta-regression. Run here: Rscript meta_regression.R  (R 4.2.2, metafor 3.8-1) -> meta_regression.json
suppressMessages({library(metafor); library(jsonlite)})
# 13 BCG trials (log risk ratios) by latitude and year: Colditz et al. (1994), as in metafor's dat.bcg
d <- data.frame(yi = c(-.889311334, -1.585388657, -1.348073148, -1.441551190, -.217547322, -.786115586, -1.620898224, .011952334, -.469417649, -1.371344803,
                       -.339358828, .445913401, -.017313948),
                vi = c(.325584765, .194581121, .415367965, .020010032, .051210172, .006905618, .223017248, .003961580, .056434210, .073024794, .012412214,
                       .532505845, .071404660),
                ablat = c(44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33),
                year = c(1948, 1949, 1960, 1977, 1973, 1953, 1973, 1980, 1968, 1961, 1974, 1969, 1976))
told <- function(method, test, mods) {
  f <- suppressWarnings(rma(yi, vi, mods = mods, data = d, method = method, test = test, control = list(threshold = 1e-13, maxiter = 10000, tol = 1e-13)))
  ahead <- predict(f); drawn <- if (method == "EE") NULL else blup(f)
  list(method = method, test = test, covariates = all.vars(mods), estimate = unname(c(f$beta)), se = f$se, low = f$ci.lb, high = f$ci.ub, p = f$pval,
       tau2 = f$tau2, i2 = f$I2, r2 = if (method == "EE") NULL else f$R2, q = f$QE, q_p = f$QEp, qm = f$QM, qm_p = f$QMp, prediction_low = ahead$pi.lb,
       prediction_high = ahead$pi.ub, blup = drawn$pred, blup_se = drawn$se)
}
fits <- c(unlist(lapply(c("REML", "DL", "PM", "ML", "SJ", "EE"), function(m) lapply(c("z", "knha"), function(t) told(m, t, ~ ablat))), recursive = FALSE),
          list(told("REML", "knha", ~ ablat + year)))
write_json(list(data = as.list(d), fits = fits), "meta_regression.json", digits = NA, auto_unbox = TRUE)
