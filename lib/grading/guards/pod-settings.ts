import type { V1ConfigMap, V1Container, V1EnvVar, V1PodSpec, V1Volume } from "@kubernetes/client-node";
import { alike } from "../touched/meaning.ts";

/** Data of a ConfigMap by its name; undefined where there is none. */
export type ConfigData = (name: string) => V1ConfigMap["data"] | undefined;

/** One variable as the process gets it, and the ConfigMap entry that it comes from: `settings/URL`. */
interface Setting {
	value: string;
	source?: string;
}

/** A template with the ConfigMaps that it may draw from. */
export interface Configured<T> {
	spec: T;
	config: ConfigData;
}

export interface MayChange {
	env: readonly string[];
	/** `configmap/key`. */
	config: readonly string[];
}

/** Names of variables whose value is another one, wherever it is written. */
export function changedVariables(then: Configured<V1Container>, now: Configured<V1Container>, mayChange: MayChange): string[] {
	const [before, after] = [settingsOf(then), settingsOf(now)];
	return [...new Set([...before.keys(), ...after.keys()])].filter((name) => {
		const source = before.get(name)?.source;
		const free = mayChange.env.includes(name) || (source !== undefined && mayChange.config.includes(source));
		return !free && before.get(name)?.value !== after.get(name)?.value;
	});
}

function settingsOf({ spec, config }: Configured<V1Container>): Map<string, Setting> {
	const settings = new Map<string, Setting>();
	for (const { prefix = "", configMapRef, secretRef } of spec.envFrom ?? []) {
		if (secretRef) settings.set(`(Secret ${secretRef.name})`, { value: prefix });
		const map = configMapRef?.name ?? "";
		const data = configMapRef && config(map);
		if (configMapRef && !data) settings.set(`(ConfigMap ${map})`, { value: prefix });
		for (const [key, value] of Object.entries(data ?? {})) settings.set(`${prefix}${key}`, { value, source: `${map}/${key}` });
	}
	for (const entry of spec.env ?? []) settings.set(entry.name, settingOf(entry, config));
	return settings;
}

function settingOf({ value, valueFrom }: V1EnvVar, config: ConfigData): Setting {
	const { name = "", key = "" } = valueFrom?.configMapKeyRef ?? {};
	const found = config(name)?.[key];
	if (found !== undefined) return { value: found, source: `${name}/${key}` };
	const { resourceFieldRef, fieldRef, ...rest } = valueFrom ?? {};
	// The server adds its version to a reference to a field.
	return { value: valueFrom ? JSON.stringify([fieldRef?.fieldPath, resourceFieldRef?.resource, rest]) : (value ?? "") };
}

/** What the volumes of a template hold differently, in words; a ConfigMap counts by its entries, not by its name. */
export function changedVolumes(then: Configured<V1PodSpec>, now: Configured<V1PodSpec>, mayChange: MayChange): string[] {
	const broken: string[] = [];
	for (const volume of then.spec.volumes ?? []) {
		const kept = now.spec.volumes?.find(({ name }) => name === volume.name);
		if (!kept) broken.push(`has lost its volume "${volume.name}"`);
		else if (!alike(withoutMaps(volume), withoutMaps(kept))) broken.push(`has another volume "${volume.name}"`);
		else broken.push(...changedEntries(mapsOf(volume), mapsOf(kept), then.config, now.config, mayChange));
	}
	for (const { name } of now.spec.volumes ?? [])
		if (!then.spec.volumes?.some((volume) => volume.name === name)) broken.push(`has a further volume "${name}"`);
	return broken;
}

function changedEntries(before: string[], after: string[], then: ConfigData, now: ConfigData, mayChange: MayChange): string[] {
	return before.flatMap((map, index) => {
		const data = then(map);
		const kept = now(after[index] ?? "");
		if (!data) return map === after[index] ? [] : [`reads ConfigMap ${after[index]} instead of ${map}`];
		if (!kept) return [`reads ConfigMap ${after[index]}, which does not exist`];
		return [...new Set([...Object.keys(data), ...Object.keys(kept)])]
			.filter((key) => data[key] !== kept[key] && !mayChange.config.includes(`${map}/${key}`))
			.map((key) => `reads another ${key} from ConfigMap ${after[index]}`);
	});
}

function mapsOf(volume: V1Volume): string[] {
	return [volume.configMap?.name, ...(volume.projected?.sources ?? []).map((source) => source.configMap?.name)].filter(
		(name) => name !== undefined,
	);
}

function withoutMaps(volume: V1Volume): unknown {
	const { configMap, projected, ...rest } = volume;
	return {
		...rest,
		configMap: configMap && { ...configMap, name: "it" },
		projected: projected && {
			...projected,
			sources: projected.sources?.map((source) =>
				source.configMap ? { ...source, configMap: { ...source.configMap, name: "it" } } : source,
			),
		},
	};
}
