import { type Tensor, transpose } from '@gradus/tensor'

/** Where images have their channels: `[batch, ...spatial, channels]` or `[batch, channels, ...spatial]`. */
export type DataFormat = 'channelsLast' | 'channelsFirst'

/** The formats, the default first. */
export const dataFormats = ['channelsLast', 'channelsFirst'] as const satisfies readonly DataFormat[]

/** `[batch, channels, ...spatial]` as `[batch, ...spatial, channels]`; what has that order already is returned as it is. */
export function toChannelsLast(x: Tensor, format: DataFormat): Tensor {
  return format === 'channelsLast' ? x : transpose(x, [0, ...x.shape.slice(2).map((_, i) => i + 2), 1])
}

/** The opposite of `toChannelsLast`. */
export function fromChannelsLast(x: Tensor, format: DataFormat): Tensor {
  return format === 'channelsLast' ? x : transpose(x, [0, x.rank - 1, ...x.shape.slice(2).map((_, i) => i + 1)])
}
