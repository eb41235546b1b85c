// Command cyclonus runs Cyclonus' own NetworkPolicy cases, with its own expectations and its own probes, in the way that
// its command line does not offer: batched, one exec for each pod instead of one for each of about 300 questions a step.
// That is the difference between half an hour and half a day on two cores.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/mattfenwick/cyclonus/pkg/connectivity"
	"github.com/mattfenwick/cyclonus/pkg/connectivity/probe"
	"github.com/mattfenwick/cyclonus/pkg/generator"
	"github.com/mattfenwick/cyclonus/pkg/kube"
	v1 "k8s.io/api/core/v1"
)

// verdict is one line of the results file.
type verdict struct {
	Number  int      `json:"number"`
	Name    string   `json:"name"`
	Tags    []string `json:"tags"`
	Passed  bool     `json:"passed"`
	Wrong   int      `json:"wrong"`
	Right   int      `json:"right"`
	Tries   int      `json:"tries"`
	Seconds float64  `json:"seconds"`
	Error   string   `json:"error,omitempty"`
}

func main() {
	include := flag.String("include", "", "only cases with one of these tags, separated by commas")
	exclude := flag.String("exclude", generator.TagSCTPProtocol, "no case with one of these tags")
	from := flag.Int("from", 1, "number of the first case, to go on after an interruption")
	wait := flag.Int("wait", 1, "seconds between a change and its probe")
	retries := flag.Int("retries", 2, "probes more before a case counts as failed")
	destination := flag.String("destination", generator.ProbeModeServiceIP, "what probes ask: service-ip, service-name or pod-ip. By name, a pod whose policy denies DNS takes minutes a step")
	results := flag.String("results", "", "file to which each case's result is appended as a line of JSON")
	flag.Parse()
	if err := run(*include, *exclude, *destination, *from, *wait, *retries, *results); err != nil {
		log.Fatal(err)
	}
}

func run(include, exclude, destination string, from, wait, retries int, results string) error {
	mode, err := generator.ParseProbeMode(destination)
	if err != nil {
		return fmt.Errorf("reading -destination: %w", err)
	}
	file, err := os.OpenFile(results, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("opening the results: %w", err)
	}
	defer file.Close()
	cluster, err := kube.NewKubernetesForContext("")
	if err != nil {
		return fmt.Errorf("connecting to the cluster: %w", err)
	}
	namespaces, pods := []string{"x", "y", "z"}, []string{"a", "b", "c"}
	protocols := []v1.Protocol{v1.ProtocolTCP, v1.ProtocolUDP}
	// Five minutes for 36 containers to start: a busy host is no failure of the network.
	resources, err := probe.NewDefaultResources(cluster, namespaces, pods, []int{80, 81}, protocols, nil, 300, true, "")
	if err != nil {
		return fmt.Errorf("making the pods: %w", err)
	}
	target, err := resources.GetPod("z", "c")
	if err != nil {
		return fmt.Errorf("finding the pod that address blocks are about: %w", err)
	}
	interpreter := connectivity.NewInterpreter(cluster, resources, &connectivity.InterpreterConfig{
		ResetClusterBeforeTestCase:       true,
		VerifyClusterStateBeforeTestCase: true,
		KubeProbeRetries:                 retries,
		PerturbationWaitSeconds:          wait,
		BatchJobs:                        true,
		IgnoreLoopback:                   true,
		JobTimeoutSeconds:                1,
	})
	cases := generator.NewTestCaseGenerator(true, target.IP, namespaces, list(include), list(exclude)).GenerateTestCases()
	printer := &connectivity.Printer{IgnoreLoopback: true}
	passed, failed := 0, 0
	for index, test := range cases {
		if index+1 < from {
			continue
		}
		for _, step := range test.Steps {
			step.Probe.Mode = mode
		}
		started := time.Now()
		result := interpreter.ExecuteTestCase(test)
		line := judge(index+1, test, result)
		line.Seconds = time.Since(started).Seconds()
		if line.Passed {
			passed++
		} else {
			failed++
			if result.Err == nil {
				printer.PrintTestCaseResult(result)
			}
		}
		if err := json.NewEncoder(file).Encode(line); err != nil {
			return fmt.Errorf("writing the results: %w", err)
		}
		fmt.Printf("%d of %d: passed %t, %.0f s: %s %s\n", line.Number, len(cases), line.Passed, line.Seconds, line.Name, line.Error)
	}
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	return nil
}

// judge counts over the last try of each step, as Cyclonus does; what a pod says to itself is left out, since the API
// promises that a pod always reaches itself, and Cyclonus expects otherwise.
func judge(number int, test *generator.TestCase, result *connectivity.Result) verdict {
	tags := test.Tags.Keys()
	sort.Strings(tags)
	line := verdict{Number: number, Name: test.Description, Tags: tags}
	if result.Err != nil {
		line.Error = result.Err.Error()
		return line
	}
	for _, step := range result.Steps {
		counts := step.LastComparison().ValueCounts(true)
		line.Wrong += counts[connectivity.DifferentComparison]
		line.Right += counts[connectivity.SameComparison]
		line.Tries += len(step.KubeProbes)
	}
	line.Passed = result.Passed(true) && line.Right > 0
	return line
}

func list(text string) []string {
	if text == "" {
		return []string{}
	}
	return strings.Split(text, ",")
}
