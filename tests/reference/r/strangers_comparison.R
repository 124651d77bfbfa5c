# Data of strangers: staggered starts, two-way effects, wild bootstrap, weights, synthetic control and BCa, made and fitted anew to what section 3 and 4 of the specification say.
# Run here: Rscript strangers_comparison.R  (R 4.2.2) -> strangers_comparison.json
suppressMessages({
    library(sandwich)
    library(clubSandwich)
    library(jsonlite)
    library(boot)
})
set.seed(771203)
out <- list()
mk <- function(units, periods, cohorts, seed) {
    set.seed(seed)
    g <- sample(cohorts, units, TRUE)
    y <- t(sapply(1:units, function(u) rnorm(1, 2) + 0.05 * seq_along(periods) + cumsum(rnorm(length(periods), 
        0, 0.2)) + ifelse(g[u] > 0 & periods >= g[u], 0.4 + 0.1 * (periods - g[u]), 0)))
    list(g = g, y = round(y, 5), periods = periods)
}
did <- function(d, control, base) {
    g <- d$g
    y <- d$y
    per <- d$periods
    n0 <- length(g)
    keep <- !(g > 0 & g <= per[1])
    g <- g[keep]
    y <- y[keep, ]
    n <- length(g)
    cs <- sort(unique(g[g > 0]))
    rows <- list()
    psi <- NULL
    if (control == "not_yet" && !any(g == 0)) {
        mx <- max(cs)
        sel <- per < mx
        per2 <- per[sel]
        y <- y[, sel]
        per <- per2
        g[g == mx] <- 0
        cs <- cs[cs < mx]
    }
    for (c in cs) for (ti in seq_along(per)) {
        t <- per[ti]
        b0 <- max(which(per < c))
        if (base == "universal") {
            b <- b0
        }
        else {
            if (ti == 1) 
                next
            b <- if (t >= c) 
                b0
            else ti - 1
        }
        if (b == ti) {
            rows[[length(rows) + 1]] <- c(c, t, 0, 0)
            psi <- cbind(psi, rep(0, n))
            next
        }
        ctl <- if (control == "never") 
            g == 0
        else (g == 0 | g > max(t, per[b])) & g != c
        tr <- g == c
        dy <- y[, ti] - y[, b]
        att <- mean(dy[tr]) - mean(dy[ctl])
        inf <- rep(0, n)
        inf[tr] <- (dy[tr] - mean(dy[tr]))/mean(tr)
        inf[ctl] <- -(dy[ctl] - mean(dy[ctl]))/mean(ctl)
        rows[[length(rows) + 1]] <- c(c, t, att, sqrt(mean(inf^2)/n))
        psi <- cbind(psi, inf)
    }
    att <- do.call(rbind, rows)
    pg <- sapply(att[, 1], function(c) mean(g == c))
    agg <- function(idx) {
        w <- pg[idx]/sum(pg[idx])
        v <- sum(w * att[idx, 3])
        wif <- sapply(idx, function(k) (g == att[k, 1]) - pg[k])
        s <- sum(pg[idx])
        wi <- wif/s - rowSums(wif) %o% (pg[idx]/s^2)
        i <- psi[, idx, drop = FALSE] %*% w + wi %*% att[idx, 3]
        list(v = v, i = c(i), se = sqrt(mean(i^2)/n))
    }
    post <- which(att[, 2] >= att[, 1])
    e <- att[, 2] - att[, 1]
    si <- agg(post)
    es <- sort(unique(e))
    ev <- lapply(es, function(k) agg(which(e == k)))
    pe <- es >= 0
    io <- rowMeans(sapply(ev[pe], function(a) a$i))
    gr <- lapply(cs, function(c) {
        k <- which(att[, 1] == c & e >= 0)
        list(v = mean(att[k, 3]), i = rowMeans(psi[, k, drop = FALSE]))
    })
    p1 <- sapply(cs, function(c) mean(g == c))
    w <- p1/sum(p1)
    gv <- sapply(gr, function(a) a$v)
    wif <- sapply(cs, function(c) (g == c) - mean(g == c))
    wi <- wif/sum(p1) - rowSums(wif) %o% (p1/sum(p1)^2)
    gi <- sapply(gr, function(a) a$i) %*% w + wi %*% gv
    list(att = att, simple = c(si$v, si$se), event = cbind(es, sapply(ev, function(a) a$v), sapply(ev, function(a) a$se)), 
        event_overall = c(mean(sapply(ev[pe], function(a) a$v)), sqrt(mean(io^2)/n)), group = cbind(cs, gv, sapply(gr, 
            function(a) sqrt(mean(a$i^2)/n))), group_overall = c(sum(w * gv), sqrt(mean(gi^2)/n)))
}
A <- mk(31, 1:9, c(0, 0, 3, 5, 6, 9), 11)
B <- mk(40, seq(2002, 2014, 2), c(0, 2006, 2008, 2012), 12)
C <- mk(36, 1:7, c(0, 0, 1, 3, 5), 13)
D <- mk(30, 1:8, c(3, 5, 8), 14)
cs <- list()
for (nm in c("A", "B", "C", "D")) {
    d <- get(nm)
    cs[[nm]] <- d
    for (ctl in c("never", "not_yet")) for (b in c("varying", "universal")) {
        if (nm == "D" && ctl == "never") 
            next
        cs[[nm]][[paste(ctl, b, sep = "_")]] <- did(d, ctl, b)
    }
}
out$stag <- cs
set.seed(5)
pn <- expand.grid(period = 3:12, unit = c(17, 4, 22, 9, 31, 8, 40, 2))
pn$cluster <- c(`17` = "n", `4` = "n", `22` = "s", `9` = "s", `31` = "v", `8` = "o", `40` = "p", `2` = "q")[as.character(pn$unit)]
st <- c(`17` = 7, `4` = 7, `22` = 9, `9` = NA, `31` = NA, `8` = 10, `40` = NA, `2` = NA)[as.character(pn$unit)]
pn$start <- st
pn$d <- as.numeric(!is.na(st) & pn$period >= st)
pn$exposure <- round(runif(nrow(pn), 3, 9), 2)
pn$events <- rpois(nrow(pn), pn$exposure * exp(0.3 - 0.2 * pn$d + 0.04 * pn$period))
pn$rate <- pn$events/pn$exposure
pn$pop <- round(runif(nrow(pn), 1, 3), 2)
pn$score <- round(rnorm(nrow(pn), 5 + pn$d), 3)
dd <- function(fit, cl) {
    a <- function(ty) {
        z <- coef_test(fit, vcov = vcovCR(fit, cluster = cl, type = ty), test = "Satterthwaite", coefs = "d")
        c(z$SE, z$df_Satt)
    }
    c2 <- a("CR2")
    n <- nobs(fit)
    k <- length(coef(fit))
    G <- length(unique(cl))
    c0 <- a("CR0")[1]
    list(b = unname(coef(fit)["d"]), cr0 = c0, cr1 = c0 * sqrt(G/(G - 1) * (n - 1)/(n - k)), cr2 = c2[1], df = c2[2], 
        n = n)
}
f1 <- lm(rate ~ d + factor(unit) + factor(period), pn)
f2 <- lm(rate ~ d + factor(unit) + factor(period), pn, weights = pop)
f3 <- glm(events ~ d + factor(unit) + factor(period) + offset(log(exposure)), poisson, pn, control = glm.control(epsilon = 1e-14, 
    maxit = 100))
f4 <- lm(score ~ d + factor(unit) + factor(period), pn)
out$did <- list(panel = pn, lin = dd(f1, pn$cluster), wt = dd(f2, pn$cluster), poi = dd(f3, pn$cluster), score = dd(f4, 
    pn$cluster), byunit = dd(f1, pn$unit))
pu <- pn[-c(3, 17, 40, 41, 66), ]
f5 <- lm(rate ~ d + factor(unit) + factor(period), pu)
out$did$unbal <- dd(f5, pu$cluster)
out$did$unbal_rows <- c(3, 17, 40, 41, 66) - 1
set.seed(66)
wildt <- function(d, fml, tst, cl, null = 0, w = NULL) {
    d$w_ <- if (is.null(w)) 
        1
    else d[[w]]
    vars <- all.vars(fml)[-1]
    d$y_ <- d[[all.vars(fml)[1]]] - null * d[[tst]]
    fr <- update(fml, as.formula(paste("y_ ~ . -", tst)))
    r <- lm(fr, d, weights = w_)
    X <- model.matrix(lm(fml, d, weights = w_))
    n <- nrow(X)
    k <- ncol(X)
    W <- d$w_
    Bi <- solve(crossprod(X * sqrt(W)))
    j <- which(colnames(X) == tst)
    g <- as.integer(factor(d[[cl]]))
    G <- max(g)
    tt <- function(y) {
        b <- Bi %*% crossprod(X * W, y)
        u <- y - X %*% b
        s <- rowsum(X * W * c(u), g)
        V <- Bi %*% crossprod(s) %*% Bi * G/(G - 1) * (n - 1)/(n - k)
        (b[j])/sqrt(V[j, j])
    }
    t0 <- tt(d$y_)
    sg <- as.matrix(expand.grid(rep(list(c(-1, 1)), G)))
    u <- resid(r)
    fv <- fitted(r)
    ts <- apply(sg, 1, function(s) tt(fv + s[g] * u))
    c(t = t0, p = mean(abs(ts) >= abs(t0) * (1 - 1e-09)), strict = mean(abs(ts) > abs(t0) * (1 + 1e-09)))
}
w1 <- data.frame(kom = sample(letters[1:8], 96, TRUE), year = sample(2010:2013, 96, TRUE), z = round(rnorm(96), 
    3), ww = round(runif(96, 0.4, 3), 2))
w1$post <- as.integer(w1$kom %in% c("a", "c", "f") & w1$year >= 2012)
w1$y <- round(0.3 * w1$post + 0.2 * w1$z + rnorm(8, 0, 0.4)[as.integer(factor(w1$kom))] + rnorm(96), 3)
w1$yf <- factor(w1$year)
w2 <- data.frame(g = rep(1:12, each = 6), x = rep(c(1, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1), each = 6), z = round(rnorm(72), 
    3))
w2$y <- round(0.5 * w2$x + rnorm(12, 0, 0.5)[w2$g] + rnorm(72), 3)
w2$y[72] <- 2
out$wild <- list(w1 = w1[c("kom", "year", "z", "ww", "post", "y")], w2 = w2, a = wildt(w1, y ~ post + z, "post", 
    "kom"), b = wildt(w1, y ~ post + z + yf, "post", "kom"), c = wildt(w1, y ~ post + z, "post", "kom", null = 0.25), 
    d = wildt(w1, y ~ post + z, "post", "kom", w = "ww"), e = wildt(w2, y ~ x + z, "x", "g"), f = wildt(w2, y ~ 
        x, "x", "g"))
set.seed(8)
n <- 222
p <- data.frame(age = sample(65:96, n, TRUE), female = rbinom(n, 1, 0.55), adm = rpois(n, 1), kom = sample(c("751", 
    "615", "661"), n, TRUE))
p$tr <- rbinom(n, 1, plogis(-1 + 0.05 * (p$age - 80) + 0.3 * p$adm - 0.3 * (p$kom == "751")))
p$out <- round(5 + 0.1 * p$age - 0.5 * p$tr + rnorm(n), 3)
X <- model.matrix(~age + female + adm + kom, p)[, -1]
lf <- glm(tr ~ age + female + adm + kom, binomial, p, control = list(epsilon = 1e-14, maxit = 100))
e <- fitted(lf)
t <- p$tr == 1
ebal <- function(z, tg) {
    u <- sweep(z, 2, tg)
    sdv <- apply(z, 2, sd)
    u <- sweep(u, 2, sdv, "/")
    l <- rep(0, ncol(u))
    for (i in 1:200) {
        v <- exp(u %*% l)
        v <- c(v/sum(v))
        g <- c(v %*% u)
        H <- t(u) %*% (u * v) - g %o% g
        st <- solve(H, g)
        s <- 1
        f0 <- log(sum(exp(u %*% l)))
        while (log(sum(exp(u %*% (l - s * st)))) > f0 + 1e-15 && s > 1e-06) s <- s/2
        l <- l - s * st
    }
    v
}
w <- list(prop_att = ifelse(t, 1, e/(1 - e)), ent_att = {
    q <- rep(1, n)
    q[!t] <- ebal(X[!t, ], colMeans(X[t, ])) * sum(t)
    q
}, ent_ate = {
    q <- rep(1, n)
    q[!t] <- ebal(X[!t, ], colMeans(X)) * sum(!t)
    q[t] <- ebal(X[t, ], colMeans(X)) * sum(t)
    q
}, prop_ate_unst = ifelse(t, 1/e, 1/(1 - e)))
out$wts <- list(data = p, w = w, names = colnames(X), est = lapply(w, function(q) {
    f <- lm(out ~ tr, p, weights = q)
    c(coef(f)[[2]], sqrt(vcovHC(f, "HC0")[2, 2]))
}), ess = lapply(w, function(q) c(sum(q[t])^2/sum(q[t]^2), sum(q[!t])^2/sum(q[!t]^2))), smd0 = unname((colMeans(X[t, 
    ]) - colMeans(X[!t, ]))/apply(X[t, ], 2, sd)))
set.seed(21)
J <- 7
TT <- 16
T0 <- 11
Y <- t(sapply(1:J, function(j) 10 + rnorm(1, 0, 2) + cumsum(rnorm(TT, 0.1, 0.5))))
Y[3, ] <- 0.45 * Y[1, ] + 0.35 * Y[5, ] + 0.2 * Y[6, ] + rnorm(TT, 0, 0.2)
Y[3, (T0 + 1):TT] <- Y[3, (T0 + 1):TT] - 1
Y <- round(Y, 4)
sx <- function(D, y) {
    best <- Inf
    bw <- NULL
    for (s in 1:nrow(D)) for (k in combn(nrow(D), s, simplify = FALSE)) {
        M <- D[k, , drop = FALSE]
        K <- rbind(cbind(2 * M %*% t(M), 1), c(rep(1, s), 0))
        z <- tryCatch(solve(K, c(2 * M %*% y, 1))[1:s], error = function(e) NULL)
        if (is.null(z) || any(z < -1e-10)) 
            next
        l <- sum((y - z %*% M)^2)
        if (l < best) {
            best <- l
            bw <- replace(rep(0, nrow(D)), k, z)
        }
    }
    bw
}
gp <- matrix(0, J, TT)
for (u in 1:J) {
    o <- setdiff(1:J, unique(c(u, 3)))
    ww <- sx(Y[o, 1:T0], Y[u, 1:T0])
    if (u == 3) 
        w3 <- ww
    gp[u, ] <- Y[u, ] - ww %*% Y[o, ]
}
rt <- sqrt(rowMeans(gp[, (T0 + 1):TT]^2))/sqrt(rowMeans(gp[, 1:T0]^2))
out$syn <- list(Y = Y, w = w3, gap = gp[3, ], avg = mean(gp[3, (T0 + 1):TT]), p = mean(rt >= rt[3]))
set.seed(31)
bt <- data.frame(v = round(c(rlnorm(60, 8, 1.1), rlnorm(75, 8.2, 1.2))), tr = rep(c(1, 0), c(60, 75)))
f <- function(d, i) {
    z <- d[i, ]
    mean(z$v[z$tr == 1]) - mean(z$v[z$tr == 0])
}
b <- boot(bt, f, R = 20000, strata = bt$tr)
ci <- boot.ci(b, type = c("perc", "bca"))
out$boot <- list(data = bt, t0 = b$t0, se = sd(b$t), perc = ci$percent[4:5], bca = ci$bca[4:5])
write_json(out, "strangers_comparison.json", digits = NA, auto_unbox = TRUE, na = "null")
