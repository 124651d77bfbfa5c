# Published evaluations again in R. Run here: python ../python/published_data.py FOLDER; Rscript published.R FOLDER
# (R 4.2.2, sandwich 3.0-2, clubSandwich 0.5.8, boot 1.3-28, metafor 3.8-1) -> published.json
suppressMessages({library(sandwich); library(clubSandwich); library(boot); library(metafor); library(jsonlite)})
folder <- commandArgs(TRUE)[1]
read <- function(name) read.csv(file.path(folder, paste0(name, ".csv")))
injury <- subset(read("injury"), ky == 1)
did <- lm(log(durat) ~ afchnge * highearn, injury)
last <- length(coef(did))
castle <- read("castle"); castle$treated <- as.numeric(castle$post > 0)
states <- function(weights) {
  fit <- if (weights) lm(log(homicide) ~ treated + factor(sid) + factor(year), castle, weights = popwt) else lm(log(homicide) ~ treated + factor(sid) + factor(year), castle)
  one <- function(type) coef_test(fit, vcov = vcovCR(fit, cluster = castle$sid, type = type), test = "Satterthwaite", coefs = "treated")
  k <- length(coef(fit)); n <- nrow(castle); g <- 50; cr0 <- one("CR0")$SE; cr2 <- one("CR2")
  list(estimate = coef(fit)[["treated"]], cr0 = cr0, cr1 = cr0 * sqrt(g / (g - 1) * (n - 1) / (n - k)), cr2 = cr2$SE, df = cr2$df_Satt)
}
nsw <- read("nsw")
gap <- function(d, i) { s <- d[i, ]; mean(s$re78[s$treat == 1]) - mean(s$re78[s$treat == 0]) }
set.seed(20130201)
drawn <- boot(nsw, gap, 20000, strata = nsw$treat)
ends <- list(percentile = boot.ci(drawn, type = "perc")$percent[4:5], bca = boot.ci(drawn, type = "bca")$bca[4:5])
people <- read("nhefs")
p <- fitted(glm(qsmk ~ sex + race + age + I(age^2) + factor(education) + smokeintensity + I(smokeintensity^2) + smokeyrs + I(smokeyrs^2) +
  factor(exercise) + factor(active) + wt71 + I(wt71^2), binomial, people, control = list(epsilon = 1e-14, maxit = 100)))
share <- mean(people$qsmk)
people$w <- ifelse(people$qsmk == 1, share / p, (1 - share) / (1 - p))
msm <- lm(wt82_71 ~ qsmk, people, weights = w)
visits <- glm(mdvis ~ ., poisson, read("randhie"), control = list(epsilon = 1e-14, maxit = 100))
robust <- sqrt(diag(vcovHC(visits, "HC0")))
yi <- c(-.889311334, -1.585388657, -1.348073148, -1.441551190, -.217547322, -.786115586, -1.620898224, .011952334, -.469417649, -1.371344803,
        -.339358828, .445913401, -.017313948)
vi <- c(.325584765, .194581121, .415367965, .020010032, .051210172, .006905618, .223017248, .003961580, .056434210, .073024794, .012412214,
        .532505845, .071404660)
meta <- function(method, test) rma(yi, vi, method = method, test = test, control = list(threshold = 1e-12, maxiter = 10000))
dl <- meta("DL", "z"); reml <- meta("REML", "z"); hksj <- meta("REML", "knha"); ahead <- predict(hksj)
exact <- poisson.test(c(11, 6 + 8 + 7), c(800, 1083 + 1050 + 878))
several <- c(.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .324, .4262, .5719, .6528, .759, 1)
write_json(list(
  injury = list(estimate = coef(did)[[last]], se_model = summary(did)$coefficients[last, 2], se_robust = sqrt(vcovHC(did, "HC1")[last, last])),
  castle = states(FALSE), castle_weighted = states(TRUE),
  nsw = list(estimate = gap(nsw, seq_len(nrow(nsw))), percentile_low = ends$percentile[1], percentile_high = ends$percentile[2],
             bca_low = ends$bca[1], bca_high = ends$bca[2]),
  nhefs = list(estimate = coef(msm)[["qsmk"]], se_robust = sqrt(vcovHC(msm, "HC0")[2, 2])),
  randhie = list(lncoins = coef(visits)[["lncoins"]], idp = coef(visits)[["idp"]], physlm = coef(visits)[["physlm"]], disea = coef(visits)[["disea"]],
                 se_robust = robust[["lncoins"]]),
  bcg = list(dl = c(dl$beta), dl_low = dl$ci.lb, dl_high = dl$ci.ub, reml = c(reml$beta), reml_se = reml$se, tau2 = reml$tau2, hksj_low = hksj$ci.lb,
             hksj_high = hksj$ci.ub, prediction_low = ahead$pi.lb, prediction_high = ahead$pi.ub),
  exact = list(ratio = unname(exact$estimate), low = exact$conf.int[1], high = exact$conf.int[2], p = exact$p.value),
  several = list(bh = sum(p.adjust(several, "BH") <= .05), holm = sum(p.adjust(several, "holm") <= .05))),
  "published.json", digits = NA, auto_unbox = TRUE)
