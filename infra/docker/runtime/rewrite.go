package main

import (
	"bytes"
	"encoding/json"
	"os"
)

type object = map[string]json.RawMessage

// rewrite strips the process in a file; everything else in it stays byte for byte as it was read.
// With top the process is the file itself (runc exec), else it is the file's `process` (a bundle's config.json).
func rewrite(file string, top bool, own host) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	stripped, err := strip(raw, top, own)
	if err != nil || bytes.Equal(stripped, raw) {
		return err
	}
	// In place: the file keeps its owner and mode, and nobody but runc, which this process becomes, reads it.
	return os.WriteFile(file, stripped, 0o600)
}

func strip(raw []byte, top bool, own host) ([]byte, error) {
	if top {
		return stripProcess(raw, own)
	}
	var config object
	if err := json.Unmarshal(raw, &config); err != nil {
		return nil, err
	}
	if len(config["process"]) == 0 {
		return raw, nil
	}
	process, err := stripProcess(config["process"], own)
	if err != nil || bytes.Equal(process, config["process"]) {
		return raw, err
	}
	config["process"] = process
	return json.Marshal(config)
}

func stripProcess(raw []byte, own host) ([]byte, error) {
	var process object
	if err := json.Unmarshal(raw, &process); err != nil {
		return nil, err
	}
	capsChanged, err := stripCapabilities(process, own)
	if err != nil {
		return nil, err
	}
	limitsChanged, err := clampLimits(process, own)
	if err != nil {
		return nil, err
	}
	if !capsChanged && !limitsChanged {
		return raw, nil
	}
	return json.Marshal(process)
}

func stripCapabilities(process object, own host) (changed bool, err error) {
	if len(process["capabilities"]) == 0 {
		return false, nil
	}
	var sets map[string][]string
	if err := json.Unmarshal(process["capabilities"], &sets); err != nil {
		return false, err
	}
	for set, names := range sets {
		kept := []string{}
		for _, name := range names {
			if own.has(name) {
				kept = append(kept, name)
			}
		}
		changed = changed || len(kept) != len(names)
		sets[set] = kept
	}
	if changed {
		process["capabilities"], err = json.Marshal(sets)
	}
	return changed, err
}

func clampLimits(process object, own host) (changed bool, err error) {
	if len(own.hard) == 0 || len(process["rlimits"]) == 0 {
		return false, nil
	}
	type limit struct {
		Type string `json:"type"`
		Hard uint64 `json:"hard"`
		Soft uint64 `json:"soft"`
	}
	var limits []limit
	if err := json.Unmarshal(process["rlimits"], &limits); err != nil {
		return false, err
	}
	for i, one := range limits {
		most, known := own.hard[one.Type]
		if !known || one.Hard <= most {
			continue
		}
		limits[i].Hard, limits[i].Soft, changed = most, min(one.Soft, most), true
	}
	if changed {
		process["rlimits"], err = json.Marshal(limits)
	}
	return changed, err
}
