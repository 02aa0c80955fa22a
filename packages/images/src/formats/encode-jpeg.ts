import jpeg from 'jpeg-js'

/** Encodes RGBA pixels as a JPEG file. Alpha is left out. */
export function encodeJpeg(data: Uint8ClampedArray, width: number, height: number, quality: number): Uint8Array {
  return new Uint8Array(jpeg.encode({ data, width, height }, quality).data)
}
