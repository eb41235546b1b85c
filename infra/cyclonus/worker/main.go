// Command worker is Cyclonus' worker, asking all of a pod's questions at once instead of ten at a time: most of a step is
// waiting for the second after which a denied question counts as denied.
package main

import (
	"os"

	"github.com/mattfenwick/cyclonus/pkg/worker"
)

func main() {
	os.Args = append(os.Args, "--concurrency=40")
	worker.Run()
}
