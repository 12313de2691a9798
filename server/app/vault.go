package app

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A vault has for a file <id>: the bytes under <id>, the copy without metadata under <id>.copy, and while it is on its way up the
// parts that are here under <id>.0, <id>.1 and so on.
const copySuffix = ".copy"

func partID(file string, n int64) string { return file + "." + strconv.FormatInt(n, 10) }

// FileOf gives the id of the file that a vault's id belongs to, or false for what is no vault's id.
func FileOf(id string) (file string, ok bool) {
	file, kind, more := strings.Cut(id, ".")
	if !ValidID(file) {
		return "", false
	}
	return file, !more || "."+kind == copySuffix || isNumber(kind)
}

// firstID is before every id that NewID makes from the instant on.
func firstID(at time.Time) string {
	ms := fmt.Sprintf("%012x", max(0, at.UnixMilli()))
	return ms[:8] + "-" + ms[8:]
}

// isPart says whether a vault's id is one of a part.
func isPart(id string) bool {
	_, kind, _ := strings.Cut(id, ".")
	return isNumber(kind)
}

// isNumber knows numbers as partID writes them: one way to write each.
func isNumber(s string) bool {
	n, err := strconv.ParseUint(s, 10, 31)
	return err == nil && strconv.FormatUint(n, 10) == s
}
