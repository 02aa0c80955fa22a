/**
 * Letters of 5 by 7 pixels. After each character follow its rows from the top: each is a number of 5 bits in base 32, of which the
 * highest bit is the left pixel. The letters g, p, q and y begin two pixels lower.
 */
const glyphs =
  'Aehhvhhh Buhhuhhu Cehggghe Duhhhhhu Evgguggv Fvgguggg Gehgnhhf Hhhhvhhh Ie44444e J72222ic Khikokih Lggggggv Mhrllhhh Nhpljhhh ' +
  'Oehhhhhe Puhhuggg Qehhhlid Ruhhukih Sfgge11u Tv444444 Uhhhhhhe Vhhhhha4 Whhhllla Xhha4ahh Yhha4444 Zv1248gv ' +
  'a00e1fhf bggmphhu c00egghe d11djhhf e00ehvge f698s888 gfhhhf1e hggmphhh i40c444e j20622ic kggikoki lc44444e m00qllhh n00mphhh ' +
  'o00ehhhe puhhhugg qfhhhf11 r00mpggg s00ege1u t88s8896 u00hhhjd v00hhha4 w00hhlla x00ha4ah yhhhhf1e z00v248v ' +
  '0ehjlphe 14c4444e 2eh1248v 3v2421he 426aiv22 5vgu11he 668guhhe 7v124888 8ehhehhe 9ehhf12c ' +
  '.00000cc ,0000c48 -000v000 _000000v :0cc0cc0 (2488842 )8422248 /01248g0 %op248j3 +044v440 =00v0v00 [e88888e ]e22222e'

let table: ReadonlyMap<string, readonly number[]> | undefined

/** The rows of a character as numbers of 5 bits; of an unknown one a box. */
export function glyphOf(character: string): readonly number[] {
  table ??= new Map(
    glyphs.split(' ').map((glyph) => [glyph[0]!, [...glyph.slice(1)].map((digit) => Number.parseInt(digit, 32))]),
  )
  if (character === ' ') return []
  const rows = table.get(character) ?? [31, 17, 17, 17, 17, 17, 31]
  return /[gpqy]/.test(character) ? [0, 0, ...rows] : rows
}
