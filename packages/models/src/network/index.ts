export { functionalSpec } from './functional-spec.ts'
export type { HostFront } from './host-front.ts'
export { nameLayers } from './layer-names.ts'
export { Network } from './network.ts'
