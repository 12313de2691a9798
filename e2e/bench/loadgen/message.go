package main

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"hejie/e2e/bench/loadgen/target"
)

const filler = "I can accept a partial refund if the parcel is returned in its box, with both of the cables and the receipt, by Friday at noon. "

// body of the n-th message of a side, sent or due at t (ns since 1970). It carries "@room.side.n.t@", by which it is known again.
func body(room, side int, n int64, t int64) (target.Kind, []byte) {
	tag := fmt.Sprintf("@%d.%d.%d.%d@", room, side, n, t)
	if n%2 == 0 {
		b := make([]byte, 0, 120)
		b = append(b, tag...)
		b = append(b, filler[:120-len(tag)]...)
		return target.Chat, b
	}
	s := fmt.Sprintf(`{"type":"offer","ref":"%s","amount":%d,"currency":"EUR","refund":"partial","return_goods":true,"valid_hours":48,"note":""}`, tag, 1000+n)
	if pad := 200 - len(s); pad > 0 {
		s = s[:len(s)-2] + filler[:pad] + `"}`
	}
	return target.Offer, []byte(s)
}

// parse is body, read.
func parse(b []byte) (room, side int, n, t int64, ok bool) {
	i := bytes.IndexByte(b, '@')
	if i < 0 {
		return
	}
	j := bytes.IndexByte(b[i+1:], '@')
	if j < 0 {
		return
	}
	f := strings.Split(string(b[i+1:i+1+j]), ".")
	if len(f) != 4 {
		return
	}
	r, e1 := strconv.Atoi(f[0])
	s, e2 := strconv.Atoi(f[1])
	n, e3 := strconv.ParseInt(f[2], 10, 64)
	t, e4 := strconv.ParseInt(f[3], 10, 64)
	return r, s, n, t, e1 == nil && e2 == nil && e3 == nil && e4 == nil
}
