# Frozen reference numbers for exact rate ratios and adjusted p-values. Run here: Rscript rates.R  (R 4.2.2) -> rates.json
library(jsonlite)
cases <- list(c(11, 21, 800, 3011), c(0, 7, 120, 250), c(9, 0, 310.5, 290), c(1, 1, 1, 1), c(140, 90, 512.25, 480.5), c(3, 30, 15, 30))
told <- function(x) {
  test <- poisson.test(x[1:2], x[3:4], conf.level = .95)
  wide <- poisson.test(x[1:2], x[3:4], conf.level = .8)
  list(events = x[1:2], exposure = x[3:4], ratio = unname(test$estimate), low = test$conf.int[1], high = test$conf.int[2], p = test$p.value,
       low80 = wide$conf.int[1], high80 = wide$conf.int[2])
}
p <- c(.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .324, .4262, .5719, .6528, .759, 1)
write_json(list(cases = lapply(cases, told), p = rev(p), holm = p.adjust(rev(p), "holm")), "rates.json", digits = NA, auto_unbox = TRUE)
