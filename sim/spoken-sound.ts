/*
 * Speech as the simulated hospital makes it: sound that is as loud as speech and carries its words in its samples, so that the simulated
 * recogniser can understand it. 8 kHz, 16 bit, little-endian, as on a telephone.
 */

const mark = [12_345, 23_456, 12_345]
const [base, quiet] = [6000, 6400]
/** Long enough to be taken for speech. */
const least = 4000

/** @param clarity 0 to 100 */
export function speak(text: string, clarity: number): Buffer {
  const bytes = Buffer.from(text, 'utf8')
  const samples = [...mark, base + clarity, base + bytes.length, ...[...bytes].map((one) => base + one)]
  while (samples.length < least) samples.push(samples.length % 2 === 0 ? base : -base)
  // The quiet after it, by which its end is known.
  for (let n = 0; n < quiet; n++) samples.push(0)
  const pcm = Buffer.alloc(samples.length * 2)
  samples.forEach((one, at) => pcm.writeInt16LE(one, at * 2))
  return pcm
}

export type Spoken = { text: string; clarity: number }

/** What is said in sound; undefined when nobody speaks in it. */
export function listen(pcm: Buffer): Spoken | undefined {
  const at = (n: number) => (n * 2 + 1 < pcm.length ? pcm.readInt16LE(n * 2) : 0)
  for (let n = 0; n + mark.length + 2 < pcm.length / 2; n++) {
    if (!mark.every((one, k) => at(n + k) === one)) continue
    const from = n + mark.length
    const [clarity, length] = [at(from) - base, at(from + 1) - base]
    const bytes = Array.from({ length }, (_, k) => at(from + 2 + k) - base)
    return { text: Buffer.from(bytes).toString('utf8'), clarity }
  }
  return undefined
}
