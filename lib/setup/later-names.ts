/** The later stage that makes what clusters with an ingress or a gateway need. */
export const ingressStage = "ingress add-on";
