# Synthetic control weights by trying every set of units with a positive weight. Run here: Rscript synthetic.R  (R 4.2.2) -> synthetic.json
suppressMessages(library(jsonlite))
set.seed(20130304)
units <- 8; periods <- 14; start <- 10
level <- c(5, 4, 7, 6, 3, 8, 5.5, 4.5)
y <- t(sapply(1:units, function(u) level[u] + cumsum(rnorm(periods, .05, .35))))
y[1, ] <- .5 * y[2, ] + .3 * y[4, ] + .2 * y[6, ] + rnorm(periods, 0, .25); y[1, start:periods] <- y[1, start:periods] - 1.2
y <- round(y, 4)
simplex <- function(donors, target) {  # donors: J x T
  best <- list(loss = Inf)
  for (size in 1:nrow(donors)) for (set in combn(nrow(donors), size, simplify = FALSE)) {
    a <- donors[set, , drop = FALSE] %*% t(donors[set, , drop = FALSE]); one <- rep(1, size)
    k <- rbind(cbind(2 * a, one), c(one, 0))
    w <- tryCatch(solve(k, c(2 * donors[set, , drop = FALSE] %*% target, 1))[1:size], error = function(e) NULL)
    if (is.null(w) || any(w < -1e-12)) next
    loss <- sum((target - w %*% donors[set, , drop = FALSE])^2)
    if (loss < best$loss) best <- list(loss = loss, w = replace(rep(0, nrow(donors)), set, w))
  }
  best$w
}
before <- 1:(start - 1); after <- start:periods
rmspe <- function(g) sqrt(mean(g^2))
gaps <- matrix(0, units, periods); first <- NULL
for (u in 1:units) { others <- setdiff(2:units, u); w <- simplex(y[others, before], y[u, before]); if (u == 1) first <- w; gaps[u, ] <- y[u, ] - w %*% y[others, ] }
ratio <- apply(gaps, 1, function(g) rmspe(g[after]) / rmspe(g[before]))
write_json(list(y = y, start = start, weights = first, gap = gaps[1, ], average_effect = mean(gaps[1, after]), rmspe_before = apply(gaps[, before], 1, rmspe),
  rmspe_after = apply(gaps[, after], 1, rmspe), p = mean(ratio >= ratio[1])), "synthetic.json", digits = NA, auto_unbox = TRUE)
