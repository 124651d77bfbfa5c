# Data of strangers: series, repeated measures, two-part costs, pooling with k = 5, ANCOVA and time to event, made and fitted anew to what section 3 and 4 of the specification say.
# Run here: Rscript strangers_models.R  (R 4.2.2) -> strangers_models.json
suppressMessages({
    library(sandwich)
    library(clubSandwich)
    library(metafor)
    library(geepack)
    library(lme4)
    library(survival)
    library(cmprsk)
    library(jsonlite)
})
set.seed(904411)
out <- list()
n <- 61
t <- 0:(n - 1)
cal <- (7 + t)%%12 + 1
start <- 38
expo <- round(runif(n, 900, 1100)/12, 2)
step <- as.numeric(t >= start)
sl <- pmax(0, t - start)
ev <- rpois(n, rgamma(n, 20, 20) * expo * exp(-0.5 + 0.004 * t + 0.15 * sin(2 * pi * cal/12) - 0.12 * step - 0.003 * 
    sl))
its <- list(n = n, start = start, events = ev, exposure = expo)
for (cfg in list(list("h2", 2, TRUE, 6), list("h1", 1, TRUE, 3), list("h3", 3, TRUE, 6), list("h0", 0, TRUE, 12), 
    list("lev", 2, FALSE, 6))) {
    f <- "ev ~ t + step"
    if (cfg[[3]]) 
        f <- paste(f, "+ sl")
    for (k in seq_len(cfg[[2]])) f <- paste0(f, " + sin(2*pi*", k, "*cal/12) + cos(2*pi*", k, "*cal/12)")
    fit <- glm(as.formula(paste(f, "+ offset(log(expo))")), family = quasipoisson, control = glm.control(epsilon = 1e-14, 
        maxit = 200))
    h <- NeweyWest(fit, lag = cfg[[4]], prewhite = FALSE, adjust = FALSE)
    its[[cfg[[1]]]] <- list(est = unname(coef(fit)), se = unname(sqrt(diag(vcov(fit)))), hac = unname(sqrt(diag(h))), 
        disp = summary(fit)$dispersion, names = names(coef(fit)), avoided = {
            nd <- data.frame(t = t, step = 0, sl = 0, cal = cal, expo = expo)
            m0 <- predict(fit, nd, type = "response")
            sum((m0 - fitted(fit))[t >= start])
        }, mu0 = sum({
            nd <- data.frame(t = t, step = 0, sl = 0, cal = cal, expo = expo)
            predict(fit, nd, type = "response")
        }[t >= start]), obs = sum(ev[t >= start]))
}
out$its <- its
m <- 45
k <- 5
g <- data.frame(who = rep(sample(1000:9999, m), each = k), wave = rep(1:k, m))
g <- g[!(runif(nrow(g)) < 0.15), ]
g$treated <- as.integer(g$who%%2 == 0)
g$age <- round(rnorm(nrow(g), 79, 5), 1)
b <- rnorm(10000)[g$who]
g$y <- round(0.2 * g$wave + 0.5 * g$treated + 0.03 * (g$age - 79) + 0.7 * b + rnorm(nrow(g)), 3)
g$adm <- rpois(nrow(g), exp(-0.2 - 0.3 * g$treated + 0.4 * b))
g$any <- as.integer(g$adm > 0)
g$years <- round(runif(nrow(g), 0.3, 1), 3)
gee <- list()
ctl <- geese.control(epsilon = 1e-12, maxit = 500)
for (fam in c("gaussian", "poisson", "binomial")) for (s in c("independence", "exchangeable", "ar1")) {
    y <- c(gaussian = "y", poisson = "adm", binomial = "any")[[fam]]
    f <- geeglm(as.formula(paste(y, "~ treated + age")), id = who, data = g, family = fam, corstr = s, control = ctl, 
        waves = if (s == "ar1") 
            wave
        else NULL)
    gee[[paste(fam, s, sep = "_")]] <- list(est = unname(coef(f)), se = summary(f)$coefficients[, 2], alpha = if (s == 
        "independence") 0 else summary(f)$corr[1, 1], phi = summary(f)$dispersion[1, 1])
}
f <- geeglm(adm ~ treated + age + offset(log(years)), id = who, data = g, family = poisson, corstr = "exchangeable", 
    control = ctl)
gee$offset <- list(est = unname(coef(f)), se = summary(f)$coefficients[, 2])
out$gee <- gee
out$gee_data <- g
mx <- lmer(y ~ treated * wave + age + (1 | who), g, REML = TRUE, control = lmerControl(optCtrl = list(xtol_abs = 1e-12, 
    ftol_abs = 1e-12)))
m2 <- lmer(y ~ treated + wave + (1 + wave | who), g, REML = TRUE)
vc <- function(f) as.data.frame(VarCorr(f))$vcov
out$mixed <- list(int = list(est = unname(fixef(mx)), se = unname(sqrt(diag(as.matrix(vcov(mx))))), vc = vc(mx)), 
    slo = list(est = unname(fixef(m2)), se = unname(sqrt(diag(as.matrix(vcov(m2))))), vc = vc(m2), ll = as.numeric(logLik(m2))))
n <- 333
p <- data.frame(id = sample(1e+05, n), tr = rbinom(n, 1, 0.4), age = sample(65:95, n, TRUE), sex = sample(c("M", 
    "F"), n, TRUE), kom = sample(c("A", "B", "C"), n, TRUE))
any <- rbinom(n, 1, plogis(0.3 - 0.4 * p$tr + 0.03 * (p$age - 80)))
p$cost <- round(any * rgamma(n, 1.3, 1.3/exp(8.5 - 0.2 * p$tr + 0.01 * (p$age - 80) + 0.1 * (p$sex == "M"))), 2)
l <- glm(I(cost > 0) ~ tr + age + sex + kom, binomial, p, control = list(epsilon = 1e-14, maxit = 100))
a <- glm(cost ~ tr + age + sex + kom, Gamma("log"), p[p$cost > 0, ], control = list(epsilon = 1e-14, maxit = 200))
rec <- function(th) {
    k <- length(coef(l))
    x1 <- model.matrix(~tr + age + sex + kom, transform(p, tr = 1))
    x0 <- model.matrix(~tr + age + sex + kom, transform(p, tr = 0))
    f <- function(x) mean(plogis(x %*% th[1:k]) * exp(x %*% th[-(1:k)]))
    c(f(x1), f(x0))
}
th <- c(coef(l), coef(a))
V <- matrix(0, length(th), length(th))
k <- length(coef(l))
V[1:k, 1:k] <- vcov(l)
V[-(1:k), -(1:k)] <- vcov(a)
J <- t(sapply(1:2, function(i) sapply(seq_along(th), function(j) {
    h <- 1e-05 * max(abs(th[j]), 0.001)
    e <- replace(rep(0, length(th)), j, h)
    (rec(th + e)[i] - rec(th - e)[i])/(2 * h)
})))
ac <- glm(cost ~ tr + age + sex + kom, Gamma("log"), p[p$cost > 0, ], control = list(epsilon = 1e-14, maxit = 200))
mu <- fitted(ac)
res2 <- (p$cost[p$cost > 0] - mu)^2
pk <- glm(res2 ~ log(mu), Gamma("log"), control = list(epsilon = 1e-14, maxit = 200))
op <- glm(cost ~ tr + age + sex + kom, quasipoisson("log"), p, control = list(epsilon = 1e-14, maxit = 200))
og <- glm(cost ~ tr + age + sex + kom, quasi(link = "log", variance = "mu^2"), p, start = coef(op), control = list(epsilon = 1e-14, 
    maxit = 500))
out$two <- list(data = p, means = rec(th), se = sqrt(diag(J %*% V %*% t(J))), diff_se = sqrt(drop(c(1, -1) %*% 
    J %*% V %*% t(J) %*% c(1, -1))), logit = unname(coef(l)), amount = unname(coef(a)), logit_se = unname(sqrt(diag(vcov(l)))), 
    amount_se = unname(sqrt(diag(vcov(a)))), park = unname(coef(pk)), op = unname(coef(op)), og = unname(coef(og)), 
    op_diff = {
        x1 <- predict(op, transform(p, tr = 1), type = "response")
        x0 <- predict(op, transform(p, tr = 0), type = "response")
        mean(x1) - mean(x0)
    })
for (q in 1:3) {
    yi <- round(rnorm(5, -0.15, c(0.02, 0.15, 0.4)[q]), 4)
    sei <- round(runif(5, 0.05, 0.2), 4)
    r <- list(yi = yi, sei = sei)
    for (meth in c("REML", "DL", "PM", "ML", "SJ", "EE")) for (te in c("z", "knha")) {
        f <- suppressWarnings(rma(yi, sei = sei, method = meth, test = te, control = list(threshold = 1e-12, maxiter = 10000, 
            tol = 1e-12)))
        pr <- predict(f)
        bl <- if (meth == "EE") 
            NULL
        else blup(f)
        r[[paste(meth, te, sep = "_")]] <- list(b = c(f$beta), se = f$se, lo = f$ci.lb, hi = f$ci.ub, p = f$pval, 
            tau2 = f$tau2, i2 = f$I2, q = f$QE, pl = pr$pi.lb, ph = pr$pi.ub, blup = bl$pred, blupse = bl$se)
    }
    out[[paste0("pool", q)]] <- r
}
n <- 70
an <- data.frame(base = round(rnorm(n, 0.6, 0.2), 3), arm = sample(c("usual", "programme"), n, TRUE), site = sample(1:3, 
    n, TRUE))
an$post <- round(0.2 + 0.6 * an$base + 0.05 * (an$arm == "programme") + rnorm(n, 0, 0.1), 3)
af <- lm(post ~ base + I(arm == "programme") + factor(site), an)
out$ancova <- list(data = an, est = unname(coef(af)), se = unname(sqrt(diag(vcov(af)))), ci = unname(confint(af)[3, 
    ]), p = summary(af)$coefficients[3, 4])
n <- 260
e1 <- rexp(n, 0.012)
e2 <- rexp(n, 0.006)
cc <- sample(10:180, n, TRUE)
tt <- ceiling(pmin(e1, e2, cc))
evn <- ifelse(pmin(e1, e2) > cc, 0L, ifelse(e1 < e2, 1L, 2L))
at <- c(1, 15, 30.5, 90, 170)
fs <- survfit(Surv(tt, factor(evn, 0:2)) ~ 1)
s <- summary(fs, times = at)
ci <- timepoints(cuminc(tt, evn), at)
km <- summary(survfit(Surv(tt, evn == 1) ~ 1), times = at)
out$aj <- list(t = tt, e = evn, at = at, est = s$pstate[, 2], se = s$std.err[, 2], lo = s$lower[, 2], hi = s$upper[, 
    2], risk = s$n.risk[, 1], est2 = s$pstate[, 3], cuminc = ci$est[1, ], cumvar = ci$var[1, ], km = km$surv, kmse = km$std.err, 
    kmlo = km$lower, kmhi = km$upper, kmrisk = km$n.risk)
mk <- function(i) {
    x <- i%%2
    age <- sample(70:95, 1)
    end <- sample(100:400, 1)
    s <- 0
    o <- NULL
    fr <- rgamma(1, 1, 1)
    z <- sample(c("N", "S", "V"), 1)
    repeat {
        e <- s + ceiling(rexp(1, 0.008 * fr * exp(-0.4 * x)))
        if (e >= end) {
            o <- rbind(o, data.frame(citizen_id = paste0("c", i), entry = s, exit = end, event = 0, treated = x, 
                age = age, zone = z))
            break
        }
        o <- rbind(o, data.frame(citizen_id = paste0("c", i), entry = s, exit = e, event = 1, treated = x, age = age, 
            zone = z))
        s <- e
    }
    o
}
ag <- do.call(rbind, lapply(1:90, mk))
ag <- ag[sample(nrow(ag)), ]
cf <- coxph(Surv(entry, exit, event) ~ treated + age, ag, ties = "efron", cluster = citizen_id, control = coxph.control(eps = 1e-12, 
    iter.max = 100))
sm <- summary(cf)$coefficients
cz <- coxph(Surv(entry, exit, event) ~ treated + age + zone, ag, ties = "efron", cluster = citizen_id, control = coxph.control(eps = 1e-12, 
    iter.max = 100))
sz <- summary(cz)$coefficients
out$ag <- list(data = ag, coef = sm[, 1], naive = sm[, "se(coef)"], robust = sm[, "robust se"], zcoef = sz[, 1], 
    znaive = sz[, "se(coef)"], zrobust = sz[, "robust se"])
write_json(out, "strangers_models.json", digits = NA, auto_unbox = TRUE)
