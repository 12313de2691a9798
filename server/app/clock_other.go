//go:build !linux

package app

import "time"

var begun = time.Now()

// sinceBoot is since the start of the program here, without the time that the machine slept.
func sinceBoot() time.Duration { return time.Since(begun) }
