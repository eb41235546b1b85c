package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// failure is how a probe ended when it was not answered.
type failure struct {
	outcome outcome
	detail  string
}

func (f *failure) Error() string { return f.detail }

func fail(outcome outcome, format string, values ...any) *failure {
	return &failure{outcome, fmt.Sprintf(format, values...)}
}

// classify turns an error of a network call into a failure. What it does not
// know is the prober's own, unless otherwise says better.
func classify(err error, otherwise outcome) *failure {
	var known *failure
	if errors.As(err, &known) {
		return known
	}
	kind := otherwise
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.Is(err, unix.ETIMEDOUT):
		return fail(timedOut, "no answer in time")
	case errors.Is(err, context.Canceled):
		return fail(proberError, "cancelled")
	case errors.Is(err, unix.ECONNREFUSED):
		kind = refused
	case errors.Is(err, unix.ECONNRESET), errors.Is(err, unix.EPIPE), errors.Is(err, unix.ECONNABORTED):
		kind = reset
	default:
		for _, number := range []unix.Errno{
			unix.EHOSTUNREACH, unix.ENETUNREACH, unix.EHOSTDOWN, unix.ENETDOWN, unix.ENONET,
			unix.EPERM, unix.EACCES, unix.EADDRNOTAVAIL, unix.EAFNOSUPPORT, unix.ENOPROTOOPT,
		} {
			if errors.Is(err, number) {
				kind = unreachable
			}
		}
	}
	var number unix.Errno
	if errors.As(err, &number) {
		return fail(kind, "%s", number.Error())
	}
	return fail(kind, "%s", err.Error())
}

func (f *failure) result() result {
	return result{Outcome: f.outcome, Detail: f.detail}
}
