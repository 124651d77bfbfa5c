# Data of strangers: funnels, charts, standardisation, rates and moderators, made and fitted anew to what section 3 and 4 of the specification say.
# Run here: Rscript strangers_practices.R  (R 4.2.2) -> strangers_practices.json
suppressMessages({
    library(sandwich)
    library(jsonlite)
    library(boot)
    library(metafor)
})
set.seed(3311)
out <- list()
for (q in 1:3) {
    N <- c(23, 40, 9)[q]
    E <- round(rgamma(N, 3, 0.15) + 0.5, c(2, 0, 3)[q])
    E <- pmax(E, 1)
    O <- rpois(N, E * rgamma(N, 6, 6))
    if (q != 1) 
        O <- pmax(O, 1)
    zl <- sqrt(E) * log(O/E)
    zs <- 2 * (sqrt(O) - sqrt(E))
    sl <- 1/sqrt(E)
    ss <- 1/(2 * sqrt(E))
    tr <- function(z, by) {
        k <- 1/by
        rk <- rank(z)
        sp <- floor(rk * k/(length(rk) + 1))
        sp > 0 & sp < k - 1
    }
    wi <- function(z, by) {
        a <- quantile(z, by)
        b <- quantile(z, 1 - by)
        pmin(pmax(z, a), b)
    }
    ph <- function(z) sum(z^2)/length(z)
    ta <- function(n, phi, S) if (n * phi < n - 1) 
        0
    else max(0, (n * phi - (n - 1))/(sum(1/S^2) - sum((1/S^2)^2)/sum(1/S^2)))
    r <- list(O = O, E = E)
    if (q != 1) {
        k <- tr(zl, 0.1)
        r$trunc <- c(ph(zl[k]), ta(sum(k), ph(zl[k]), sl[k]))
        k <- tr(zl, 0.2)
        r$trunc2 <- c(ph(zl[k]), ta(sum(k), ph(zl[k]), sl[k]))
    }
    w <- wi(zs, 0.1)
    r$wins <- c(ph(w), ta(N, ph(w), ss))
    w <- wi(zs, 0.05)
    r$wins5 <- c(ph(w), ta(N, ph(w), ss))
    r$none <- ph(zs)
    r$lo95 <- qchisq(0.025, 2 * E)/2/E
    r$hi95 <- qchisq(0.975, 2 * (E + 1))/2/E
    out[[paste0("funnel", q)]] <- r
}
v <- c(12, 15, 11, 9, 14, 13, 30, 12, 10)
out$xmr <- list(v = v, c = mean(v), lo = mean(v) - 2.66 * mean(abs(diff(v))), hi = mean(v) + 2.66 * mean(abs(diff(v))))
n <- c(120, 98, 143, 110, 87, 131, 90, 104, 122, 99)
e <- c(12, 9, 20, 8, 3, 15, 29, 10, 14, 11)
pb <- sum(e)/sum(n)
s <- sqrt(pb * (1 - pb)/n)
z <- (e/n - pb)/s
sz <- mean(abs(diff(z)))/1.128
out$p <- list(n = n, e = e, c = pb, lo = pmax(0, pb - 3 * s), hi = pb + 3 * s, llo = pmax(0, pb - 3 * s * sz), 
    lhi = pb + 3 * s * sz, sz = sz)
cnt <- c(8, 15, 40, 22)
pop <- c(900, 1200, 800, 150)
st <- c(20000, 15000, 9000, 3000)
w <- st/sum(st)
d <- sum(w * cnt/pop)
vv <- sum(w^2 * cnt/pop^2)
wm <- max(w/pop)
out$direct <- list(d = d, lo = qgamma(0.025, d^2/vv, scale = vv/d), hi = qgamma(0.975, (d + wm)^2/(vv + wm^2), 
    scale = (vv + wm^2)/(d + wm)))
rt <- c(0.005, 0.012, 0.04, 0.11)
ex <- sum(rt * pop)
o <- sum(cnt)
out$indirect <- list(rates = rt, smr = o/ex, lo = qchisq(0.025, 2 * o)/2/ex, hi = qchisq(0.975, 2 * (o + 1))/2/ex)
out$std <- list(cnt = cnt, pop = pop, st = st)
N <- 150
who <- rep(sample(1e+06, N), each = 2)
af <- rep(0:1, N)
fr <- rep(rgamma(N, 0.8, 0.8), each = 2)
yr <- round(runif(2 * N, 0.2, 2), 3)
ev <- rpois(2 * N, fr * yr * 0.9 * exp(-0.2 * af))
pd <- data.frame(citizen_id = who, after = af, events = ev, exposure = yr, cost = round(ev * 20000 + rgamma(2 * 
    N, 1, 0.001)))
f <- glm(events ~ after + offset(log(exposure)), poisson, pd, control = list(epsilon = 1e-14))
V <- vcovCL(f, pd$citizen_id, type = "HC0", cadjust = FALSE)
out$rate <- list(data = pd, est = coef(f)[[2]], se = sqrt(V[2, 2]), naive = sqrt(vcov(f)[2, 2]), se1 = sqrt(vcovCL(f, 
    pd$citizen_id, type = "HC0", cadjust = TRUE)[2, 2]))
g <- lm(I(events/exposure) ~ after, pd, weights = exposure)
out$rate$diff <- coef(g)[[2]]
out$rate$dse <- sqrt(vcovCL(g, pd$citizen_id, type = "HC0", cadjust = FALSE)[2, 2])
pt <- poisson.test(c(17, 29), c(410.5, 377))
out$exact <- list(r = pt$estimate[[1]], lo = pt$conf.int[1], hi = pt$conf.int[2], p = pt$p.value)
pt <- poisson.test(c(0, 6), c(100, 120))
out$exact0 <- list(r = pt$estimate[[1]], lo = pt$conf.int[1], hi = pt$conf.int[2], p = pt$p.value)
yi <- round(rnorm(9, -0.2, 0.2), 3)
sei <- round(runif(9, 0.05, 0.2), 3)
x <- round(rnorm(9), 2)
zz <- c("a", "b", "a", "c", "b", "c", "a", "b", "c")
for (te in c("z", "knha")) {
    m <- rma(yi, sei = sei, mods = ~x + zz, method = "REML", test = te, control = list(threshold = 1e-12, maxiter = 10000))
    out[[paste0("mr_", te)]] <- list(b = c(m$beta), se = m$se, tau2 = m$tau2, lo = m$ci.lb, hi = m$ci.ub, qm = m$QM, 
        qmp = m$QMp)
}
out$mr <- list(yi = yi, sei = sei, x = x, z = zz)
out$ph <- list(p = c(0.04, 0.001, 0.2, 0.03, 0.5, 0.03), bh = p.adjust(c(0.04, 0.001, 0.2, 0.03, 0.5, 0.03), "BH"), 
    holm = p.adjust(c(0.04, 0.001, 0.2, 0.03, 0.5, 0.03), "holm"))
write_json(out, "strangers_practices.json", digits = NA, auto_unbox = TRUE)
