// Package scorecard turns results of cases into an enterprise's public figures, in a way that anybody can recompute.
//
// Compute is the definition: from the full list of an enterprise's results to its Card. Pair, RowDelta and Read are the
// same figures from additive rows, so that a card costs a few hundred rows however many cases there are.
//
// # Figures
//
// A case counts on the day on which its class was first fixed (Shanghai), under its present class. The window is the last
// 365 days, today included. D = results in the window without RX, DU and AB. Of D are confirmed SC, unknown SU, LC, WC and
// CE, failed the rest: integers first, percentages that sum to 100 by largest remainder.
//
//   - Rank key: Wilson 95 % lower bound of SC/(D-SU), in ten-thousandths. It is always computed, but no grade is given
//     under D = 10, under 5 distinct consumers, or when D = SU.
//   - Plain settlement success rate (和解成功率): agreements before complaint / D.
//   - Speed: median and P90, in seconds that fall on working days, of first response (one never given enters as its full
//     limit) and of settlement (filing to agreement, agreements before complaint only). Values are upper edges of
//     histogram buckets: "half of the cases within 4 hours".
//   - One consumer counts at most 3 times per enterprise and window: the earliest by day, then by case id. The others
//     are in no figure at all and are listed. RX, DU and AB neither count nor use up the three.
//
// # Tables of the store
//
// Rows: one per enterprise × grain × span × class, key of RowKey, with the columns that Columns names, all integers that
// only ever have deltas added. Every result is in two rows: that of its day ("d", "2026-08-04") and that of its month ("m",
// "2026-08"), so that a window is read as at most 30 days and 12 months:
//
//	SELECT class, sum(n), sum(agreed), … FROM … WHERE enterprise = ? AND
//	  (grain = 'd' AND span BETWEEN ? AND ? OR grain = 'm' AND span >= ?) GROUP BY class      -- the bounds are Window.Spans
//
// Pairs: one per enterprise × consumer, with counted (Pair.Counted), last_on (Pair.LastOn, "" if none) and results
// (Pair.Bytes). Distinct consumers of a window are the pairs with last_on >= its first day; those of them with counted > 3
// are read whole. Both are cheap with an index on (enterprise, last_on) and a partial one where counted > 3.
//
// A change of a case's class is Pair.Set (or Pair.Clear, when it is reopened), which gives the pair to store and the deltas
// to add, in the transaction of the event. The pair remembers what was added, so nothing is recomputed to be taken away.
// Deltas commute; changes of one pair follow each other. Rows hold nothing after today, so a window ends today.
package scorecard
