/** Length of a WAV file, and its comment: what is said in it. */
export function readWav(file: Buffer): { text: string; seconds: number } {
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE')
    throw new Error('no WAV file')
  let [rate, text] = [8000, '']
  for (let at = 12; at + 8 <= file.length;) {
    const [name, size] = [file.toString('latin1', at, at + 4), file.readUInt32LE(at + 4)]
    const from = at + 8
    if (name === 'fmt ') {
      if (
        file.readUInt16LE(from) !== 1 ||
        file.readUInt16LE(from + 2) !== 1 ||
        file.readUInt16LE(from + 14) !== 16
      )
        throw new Error('only 16-bit PCM with one channel is played')
      rate = file.readUInt32LE(from + 4)
      if (rate !== 8000) throw new Error('only 8 kHz is played')
    }
    if (name === 'LIST' && file.toString('latin1', from + 4, from + 8) === 'ICMT')
      text = file.toString('utf8', from + 12, from + 12 + file.readUInt32LE(from + 8)).replace(/\0+$/, '')
    if (name === 'data') return { text, seconds: size / 2 / rate }
    at = from + size + (size % 2)
  }
  throw new Error('the WAV file has no sound')
}

/** A WAV file without anything in it. */
export function silence(seconds: number): Buffer {
  const data = Buffer.alloc(seconds * 16_000)
  const head = Buffer.alloc(44)
  head.write('RIFF', 0, 'latin1')
  head.writeUInt32LE(36 + data.length, 4)
  head.write('WAVEfmt ', 8, 'latin1')
  for (const [at, value] of [
    [16, 16],
    [24, 8000],
    [28, 16_000],
    [40, data.length],
  ] as const)
    head.writeUInt32LE(value, at)
  for (const [at, value] of [
    [20, 1],
    [22, 1],
    [32, 2],
    [34, 16],
  ] as const)
    head.writeUInt16LE(value, at)
  head.write('data', 36, 'latin1')
  return Buffer.concat([head, data])
}
