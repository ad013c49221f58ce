/** Rings as telephones of the mainland do: 450 Hz, one second of five. @returns stops it */
export function startRinging(): () => void {
  const context = new AudioContext()
  const volume = new GainNode(context, { gain: 0 })
  const tone = new OscillatorNode(context, { frequency: 450 })
  tone.connect(volume).connect(context.destination)
  tone.start()
  const ring = () => {
    const now = context.currentTime
    volume.gain.setValueAtTime(0.15, now)
    volume.gain.setValueAtTime(0, now + 1)
  }
  ring()
  const timer = setInterval(ring, 5000)
  return () => {
    clearInterval(timer)
    void context.close().catch(() => undefined)
  }
}
