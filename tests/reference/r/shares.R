# Frozen reference numbers for shares and adjusted p-values. Run here: Rscript shares.R  (R 4.2.2) -> shares.json
library(jsonlite)
pairs <- list(c(81, 263), c(0, 20), c(20, 20), c(1, 7), c(1203, 4555))
p <- c(.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .324, .4262, .5719, .6528, .759, 1)
wilson <- function(x, n) { i <- prop.test(x, n, correct = FALSE)$conf.int; list(events = x, n = n, low = i[1], high = i[2]) }
# Newcombe (1998), method 10: the limits of the difference from the two Wilson intervals.
newcombe <- function(x1, n1, x2, n2) {
  a <- wilson(x1, n1); b <- wilson(x2, n2); d <- x1 / n1 - x2 / n2
  list(difference = d, low = d - sqrt((x1 / n1 - a$low)^2 + (b$high - x2 / n2)^2), high = d + sqrt((a$high - x1 / n1)^2 + (x2 / n2 - b$low)^2))
}
write_json(list(
  wilson = lapply(pairs, function(v) wilson(v[1], v[2])), p = p, benjamini_hochberg = p.adjust(p, "BH"),
  newcombe = list(counts = c(56, 70, 48, 80), result = newcombe(56, 70, 48, 80)), newcombe_extreme = list(counts = c(0, 20, 9, 30), result = newcombe(0, 20, 9, 30))
), "shares.json", digits = NA, auto_unbox = TRUE)
