// Command cyclonus runs Cyclonus' own NetworkPolicy cases, with its own expectations and its own probes, in the way that
// its command line does not offer: batched, one exec for each pod instead of one for each of about 300 questions a step.
// That is the difference between half an hour and half a day on two cores.
package main

import (
	"encoding/json"
	"errors"
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
	wait := flag.Int("wait", 1, "seconds between a change and its probe")
	retries := flag.Int("retries", 2, "probes more before a case counts as failed")
	results := flag.String("results", "", "file to which each case's result is appended as a line of JSON; cases that are in it already are not run again")
	flag.Parse()
	if err := run(*include, *exclude, *wait, *retries, *results); err != nil {
		log.Fatal(err)
	}
}

func run(include, exclude string, wait, retries int, results string) error {
	done, err := recorded(results)
	if err != nil {
		return err
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
		if done[index+1] {
			continue
		}
		if !changesPods(test) {
			askAddresses(test)
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

// recorded reads which cases an earlier run has ended.
func recorded(results string) (map[int]bool, error) {
	done := map[int]bool{}
	text, err := os.ReadFile(results)
	if errors.Is(err, os.ErrNotExist) {
		return done, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading earlier results: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		earlier := verdict{}
		if err := json.Unmarshal([]byte(line), &earlier); err != nil {
			return nil, fmt.Errorf("reading earlier results: %w", err)
		}
		done[earlier.Number] = true
	}
	return done, nil
}

// changesPods says whether a case makes pods or labels them anew. Cyclonus does not know the Service addresses of such
// pods (probe.Pod.SetLabels leaves them out) and would ask the asking pod itself.
func changesPods(test *generator.TestCase) bool {
	for _, step := range test.Steps {
		for _, action := range step.Actions {
			if action.CreatePod != nil || action.SetPodLabels != nil {
				return true
			}
		}
	}
	return false
}

// askAddresses makes a case ask the addresses of Services instead of their names: where a policy denies DNS, each
// question by name waits for the resolver to give up, which adds minutes to a step and nothing to its result. Steps may
// share one configuration of probes, so each gets its own.
func askAddresses(test *generator.TestCase) {
	for _, step := range test.Steps {
		byAddress := *step.Probe
		byAddress.Mode = generator.ProbeModeServiceIP
		step.Probe = &byAddress
	}
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
