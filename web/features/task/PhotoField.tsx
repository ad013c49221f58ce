import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Question } from '../../../contract/questionnaire.ts'
import type { AnswerValue } from './answering.ts'
import { PhotoThumbs } from './PhotoThumbs.tsx'
import { newKey, type PictureProblem, problemOf, scaled, usePhotos } from './photos.ts'

type PhotoFieldProps = {
  question: Question
  /** The words of the question, for whoever does not see the picture. */
  text: string
  value: AnswerValue | undefined
  disabled: boolean
  labelId: string
  onChange: (value: AnswerValue) => void
  onMove: (step: 1 | -1) => void
}

type Failed = { problem: PictureProblem; again: { key: string; picture: Blob } | null }

/** Pictures taken with the camera or chosen from those that are there, sent at once. */
export function PhotoField({ question, text, value, disabled, labelId, onChange, onMove }: PhotoFieldProps) {
  const { t } = useTranslation()
  const store = usePhotos()
  const keys = Array.isArray(value) ? value : []
  const most = question.maxPhotos ?? 1
  /** From 0 to 1 while a picture is on its way. */
  const [share, setShare] = useState<number | null>(null)
  const [failed, setFailed] = useState<Failed | null>(null)
  const running = useRef<AbortController | null>(null)
  // A picture takes its time; meanwhile other questions are answered, and this one may have changed as well.
  const latest = useRef({ keys, onChange })
  useEffect(() => {
    latest.current = { keys, onChange }
  })
  useEffect(() => () => running.current?.abort(), [])

  /** @param again a picture that is ready, but did not arrive */
  async function send(file: Blob, again: Failed['again'] = null) {
    if (!store) return
    const abort = new AbortController()
    running.current = abort
    setShare(0)
    setFailed(null)
    let ready = again
    try {
      ready ??= { key: newKey(), picture: await scaled(file) }
      // Whoever left or cancelled meanwhile does not want it any more.
      if (abort.signal.aborted) return
      await store.send({ ...ready, linkId: question.linkId }, setShare, abort.signal)
      const before = latest.current.keys
      // With no room left the new one takes the place of the last.
      latest.current.onChange([...before.slice(0, most - 1), ready.key])
    } catch (error) {
      if (!abort.signal.aborted) setFailed({ problem: problemOf(error), again: ready })
    } finally {
      if (running.current === abort) setShare(null)
    }
  }

  const full = keys.length >= most
  const again = full && most === 1
  const busy = share !== null
  const input = (camera: boolean) => (
    <input
      type="file"
      accept="image/*"
      className="visually-hidden"
      aria-describedby={labelId}
      disabled={busy}
      {...(camera ? { capture: 'environment' } : { 'data-focus': true })}
      onChange={(event) => {
        const file = event.target.files?.[0]
        if (file) void send(file)
        // The same file once more is a change, too.
        event.target.value = ''
      }}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
        event.preventDefault()
        onMove(event.key === 'ArrowDown' ? 1 : -1)
      }}
    />
  )
  return (
    <div
      role="group"
      aria-labelledby={labelId}
      className="photo-field"
      {...(busy ? { 'data-sending': true } : {})}
    >
      <PhotoThumbs
        keys={keys}
        text={text}
        {...(disabled || busy || !store
          ? {}
          : { onRemove: (key: string) => onChange(keys.filter((one) => one !== key)) })}
      />
      {!disabled && store && (!full || again) && (
        <div className="photo-take">
          <label className="photo-button is-camera" aria-disabled={busy}>
            {t(again ? 'desk.photo.retake' : 'desk.photo.take')}
            {input(true)}
          </label>
          <label className="photo-button" aria-disabled={busy}>
            {t(again ? 'desk.photo.chooseOther' : 'desk.photo.choose')}
            {input(false)}
          </label>
          {most > 1 && <span className="secondary small">{t('desk.photo.most', { n: most })}</span>}
        </div>
      )}
      {busy && (
        <p className="photo-progress">
          <progress value={share} max={1} aria-label={t('desk.photo.sending')} />
          <span role="status">{t('desk.photo.sending')}</span>
          <button
            type="button"
            className="photo-button"
            onClick={() => {
              running.current?.abort()
              setShare(null)
            }}
          >
            {t('desk.photo.cancel')}
          </button>
        </p>
      )}
      {failed && (
        <p className="field-error" role="alert">
          {t(`desk.photo.problem.${failed.problem}`)}{' '}
          {failed.again && (
            <button
              type="button"
              className="photo-button"
              onClick={() => failed.again && void send(failed.again.picture, failed.again)}
            >
              {t('desk.photo.again')}
            </button>
          )}
        </p>
      )}
    </div>
  )
}
