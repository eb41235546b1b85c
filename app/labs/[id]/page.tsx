import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { nextFor } from "../../catalogue/filter.ts";
import { engine } from "../../engine.ts";
import { EngineDown } from "../../engine-down.tsx";
import { LabPage } from "../../lab-view/lab-page.tsx";
import { load } from "../../load.ts";

interface Props {
	params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
	const { id } = await params;
	const loaded = await load(() => engine().call("lab.get", { id }));
	return { title: loaded.kind === "here" ? loaded.value.title : "Lab" };
}

export default async function LabRoute({ params }: Props) {
	const { id } = await params;
	const loaded = await load(async () => {
		const client = engine();
		const [lab, scenarios] = await Promise.all([client.call("lab.get", { id }), client.call("scenario.list", {})]);
		return { initial: lab, next: nextFor(scenarios, lab.scenario) };
	});
	if (loaded.kind === "missing") notFound();
	if (loaded.kind === "down") return <EngineDown />;
	return <LabPage {...loaded.value} renderedAt={Date.now()} />;
}
