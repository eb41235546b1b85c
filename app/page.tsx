import { Catalogue } from "./catalogue/catalogue.tsx";
import { engine } from "./engine.ts";
import { EngineDown } from "./engine-down.tsx";
import { load } from "./load.ts";
import { Masthead } from "./masthead.tsx";

export default async function CataloguePage() {
	const loaded = await load(async () => {
		const client = engine();
		const [scenarios, labs] = await Promise.all([client.call("scenario.list", {}), client.call("lab.list", {})]);
		return { scenarios, labs };
	});
	if (loaded.kind !== "here") return <EngineDown />;
	return (
		<>
			<Masthead />
			<Catalogue {...loaded.value} renderedAt={Date.now()} />
		</>
	);
}
