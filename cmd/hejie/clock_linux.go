package main

import "syscall"

// clockSynchronised says whether a time service keeps the machine's clock, and whether that is known.
func clockSynchronised() (synchronised, known bool) {
	const timeError = 5 // TIME_ERROR of adjtimex(2): not synchronised
	var t syscall.Timex
	state, err := syscall.Adjtimex(&t)
	return state != timeError, err == nil
}
