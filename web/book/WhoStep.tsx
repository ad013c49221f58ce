import { type SubmitEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { namePattern } from '../../contract/person-name.ts'
import type { BookingWho } from './api.ts'
import { Card, Choices, Field } from './parts.tsx'
import { useChoice } from './useChoice.ts'

type WhoStepProps = {
  who: BookingWho
  /** What is asked, where it is not for whom to book. */
  title?: string
  /** Somebody else than those of this number. */
  other: boolean
  large: boolean
  needsIdentity: boolean
  problem: string | null
  busy: boolean
  /** Without a slot it is only asked whose bookings are shown. */
  onlyKnown: boolean
  onChoose: (name: string, birthYear: number) => void
  onOther: () => void
  onState: (stated: { name: string; identity: string | null }) => void
}

export function WhoStep({ who, other, ...rest }: WhoStepProps) {
  if (who.state === 'several' && !other) return <Several names={who.names} {...rest} />
  return <Stated {...rest} />
}

type SeveralProps = Omit<WhoStepProps, 'who' | 'other' | 'onState' | 'needsIdentity'> & { names: string[] }

/** Masked names, and the year of birth, which only they and their family know. */
function Several({ names, title, problem, busy, onlyKnown, onChoose, onOther }: SeveralProps) {
  const { t } = useTranslation()
  const [name, setName] = useChoice<string>('name', true)
  const [year, setYear] = useState('')
  const [touched, setTouched] = useState(false)
  const digits = year.normalize('NFKC').trim()
  const right = /^((1[89]|20)\d\d|\d{1,3})$/.test(digits)
  if (name === null)
    return (
      <Card title={title ?? (onlyKnown ? t('booking.mineWho') : t('booking.whoTitle'))} problem={problem}>
        <p>{t('booking.whoHint')}</p>
        <Choices
          label={t('booking.whoTitle')}
          options={names.map((one) => ({ key: one, text: one, value: one }))}
          onChoose={setName}
        />
        {!onlyKnown && (
          <button type="button" className="form-button is-plain" onClick={onOther}>
            {t('booking.others')}
          </button>
        )}
      </Card>
    )
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    setTouched(true)
    if (!right) return
    onChoose(name, Number(digits))
    setYear('')
    setTouched(false)
  }
  return (
    <Card title={t('booking.yearTitle', { name })} problem={problem} focusOn="field">
      <form className="book-form" onSubmit={submit} noValidate>
        <Field
          label={t('booking.year')}
          hint={t('booking.yearHint')}
          value={year}
          onChange={setYear}
          problem={touched && !right ? t('booking.error.yearForm') : null}
          input={{ inputMode: 'numeric', autoComplete: 'off', autoFocus: true, maxLength: 4 }}
        />
        <button type="submit" className="form-button" disabled={busy}>
          {t('booking.goOn')}
        </button>
      </form>
    </Card>
  )
}

type StatedProps = Omit<WhoStepProps, 'who' | 'other' | 'onChoose' | 'onOther' | 'onlyKnown'>

function Stated({ large, needsIdentity, problem, busy, onState }: StatedProps) {
  const { t } = useTranslation()
  const [name, setName] = useState('')
  const [identity, setIdentity] = useState('')
  const [touched, setTouched] = useState(false)
  const [asked, setAsked] = useChoice<'identity'>('asked', true)
  const named = namePattern.test(name.trim())
  const numbered = identity.trim() === '' ? !needsIdentity : identity.trim().length >= 5
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    setTouched(true)
    if (!named) return
    if (large && asked === null) {
      setAsked('identity')
      setTouched(false)
    } else if (numbered) onState({ name: name.trim(), identity: identity.trim() || null })
  }
  const showsName = !large || asked === null
  const showsIdentity = !large || asked === 'identity'
  return (
    <Card
      title={large && asked === 'identity' ? t('booking.identity') : t('booking.statedTitle')}
      problem={problem}
      focusOn="field"
    >
      <form className="book-form" onSubmit={submit} noValidate>
        {showsName && (
          <Field
            label={t('booking.name')}
            hint={t('booking.nameHint')}
            value={name}
            onChange={setName}
            problem={touched && !named ? t('booking.error.nameForm') : null}
            input={{ autoComplete: 'name', autoFocus: true, maxLength: 60 }}
          />
        )}
        {showsIdentity && (
          <Field
            key="identity"
            label={needsIdentity ? t('booking.identity') : t('booking.identityOptional')}
            hint={needsIdentity ? t('booking.identityNeeded') : t('booking.identityHint')}
            value={identity}
            onChange={setIdentity}
            problem={touched && !numbered ? t('booking.error.identity-wrong') : null}
            input={{ autoComplete: 'off', autoFocus: large, autoCapitalize: 'characters', maxLength: 30 }}
          />
        )}
        <button type="submit" className="form-button" disabled={busy}>
          {t('booking.goOn')}
        </button>
      </form>
    </Card>
  )
}
