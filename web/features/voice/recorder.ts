/** What the telephone plays. */
const rate = 8000

/** Brings a recording of the browser to 8 kHz, 16 bit and one channel, without the silence before and after. */
export async function toTelephoneWav(recorded: Blob): Promise<{ wav: Uint8Array; seconds: number }> {
  const context = new AudioContext()
  const sound = await context
    .decodeAudioData(await recorded.arrayBuffer())
    .finally(() => void context.close())
  const offline = new OfflineAudioContext(1, Math.max(1, Math.ceil(sound.duration * rate)), rate)
  const source = offline.createBufferSource()
  source.buffer = sound
  source.connect(offline.destination)
  source.start()
  const samples = trim((await offline.startRendering()).getChannelData(0))
  return { wav: wavOf(samples), seconds: samples.length / rate }
}

const quiet = 0.01
const margin = rate / 5

function trim(samples: Float32Array): Float32Array {
  const first = samples.findIndex((one) => Math.abs(one) > quiet)
  if (first < 0) return new Float32Array(0)
  const last = samples.findLastIndex((one) => Math.abs(one) > quiet)
  return samples.slice(Math.max(0, first - margin), last + margin)
}

export function wavOf(samples: Float32Array): Uint8Array {
  const bytes = new Uint8Array(44 + samples.length * 2)
  const view = new DataView(bytes.buffer)
  const word = (at: number, text: string) =>
    [...text].forEach((sign, n) => view.setUint8(at + n, sign.charCodeAt(0)))
  word(0, 'RIFF')
  view.setUint32(4, 36 + samples.length * 2, true)
  word(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, rate, true)
  view.setUint32(28, rate * 2, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  word(36, 'data')
  view.setUint32(40, samples.length * 2, true)
  samples.forEach((one, n) =>
    view.setInt16(44 + n * 2, Math.round(Math.max(-1, Math.min(1, one)) * 32767), true),
  )
  return bytes
}

export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return btoa(text)
}

/** Plays a WAV file; an earlier one stops. */
export async function playWav(wav: ArrayBuffer): Promise<void> {
  playing?.()
  const context = new AudioContext()
  const source = context.createBufferSource()
  source.buffer = await context.decodeAudioData(wav)
  source.connect(context.destination)
  const end = () => {
    if (playing === end) playing = undefined
    if (context.state !== 'closed') void context.close()
  }
  playing = end
  source.addEventListener('ended', end)
  source.start()
}
let playing: (() => void) | undefined
