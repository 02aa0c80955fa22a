import { type Tensor, transpose } from '@gradus/tensor'

/** The position of the channels of images: `[batch, ...spatial, channels]` or `[batch, channels, ...spatial]`. */
export type DataFormat = 'channelsLast' | 'channelsFirst'

/** The formats, the default first. */
export const dataFormats = ['channelsLast', 'channelsFirst'] as const satisfies readonly DataFormat[]

/** Converts images of a format to `[batch, ...spatial, channels]`. */
export function toChannelsLast(x: Tensor, format: DataFormat): Tensor {
  return format === 'channelsLast' ? x : transpose(x, [0, ...x.shape.slice(2).map((_, i) => i + 2), 1])
}

/** Converts images `[batch, ...spatial, channels]` to a format. */
export function fromChannelsLast(x: Tensor, format: DataFormat): Tensor {
  return format === 'channelsLast' ? x : transpose(x, [0, x.rank - 1, ...x.shape.slice(2).map((_, i) => i + 1)])
}
