import { CheckOutlined, PhoneOutlined } from '@ant-design/icons'
import { Suspense, lazy, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PersonCard } from '../../../contract/person-card.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useShortcut } from '../../ui/useShortcut.ts'
import type { Revealed } from '../person/RevealDialog.tsx'
import { type Callee, chooseCallee, rememberDialled, useCallee } from './dialling.ts'
import { telHref } from '../../ui/telHref.ts'

const RevealDialog = lazy(() => import('../person/RevealDialog.tsx'))

/** The person's numbers and the relatives; a click chooses whom to call, so that the result says who was reached. */
export function PhoneLines({ card }: { card: PersonCard }) {
  const { t } = useTranslation()
  const code = useCode()
  const [revealed, setRevealed] = useState<Revealed>({})
  const [asking, setAsking] = useState(false)
  const callee = useCallee(card.id)
  const phones = card.telecoms.filter((telecom) => telecom.system === 'phone')
  const relatives = card.relationships
  const canReveal = card.mayReveal && !revealed.telecoms && phones.length + relatives.length > 0
  useShortcut('p', () => setAsking(true), { enabled: canReveal })
  const isChosen = (one: Callee) => JSON.stringify(one) === JSON.stringify(callee)

  return (
    <section className="phone-lines">
      {phones.length === 0 && <p className="secondary">{t('desk.noPhone')}</p>}
      {phones.map((phone) => (
        <PhoneLine
          key={phone.id}
          who={code('telecomUse', phone.use)}
          masked={phone.value}
          number={revealed.telecoms?.find((one) => one.id === phone.id)?.value}
          valid={phone.valid}
          chosen={isChosen({ telecomId: phone.id })}
          onChoose={() => chooseCallee(card.id, { telecomId: phone.id })}
          onDial={() => rememberDialled(card.id, { telecomId: phone.id })}
        />
      ))}
      {relatives.length > 0 && (
        <>
          <h3>{t('desk.family')}</h3>
          {relatives.map((relative) => (
            <PhoneLine
              key={relative.id}
              who={`${code('relation', relative.relation)} ${relative.name}`}
              masked={relative.phone}
              number={revealed.relationships?.find((one) => one.id === relative.id)?.phone ?? undefined}
              valid={relative.phoneValid}
              chosen={isChosen({ relationshipId: relative.id })}
              onChoose={() => chooseCallee(card.id, { relationshipId: relative.id })}
              onDial={() => rememberDialled(card.id, { relationshipId: relative.id })}
            />
          ))}
        </>
      )}
      {canReveal && (
        <button type="button" className="soft-button" onClick={() => setAsking(true)}>
          <kbd>P</kbd> {t('desk.revealPhone')}
        </button>
      )}
      <Suspense fallback={null}>
        {asking && (
          <RevealDialog
            personId={card.id}
            fields={['telecoms', 'relationships']}
            firstReason="call"
            onClose={() => setAsking(false)}
            onRevealed={setRevealed}
          />
        )}
      </Suspense>
    </section>
  )
}

type PhoneLineProps = {
  who: string
  masked: string | null
  number: string | undefined
  valid: boolean
  chosen: boolean
  onChoose: () => void
  onDial: () => void
}

function PhoneLine({ who, masked, number, valid, chosen, onChoose, onDial }: PhoneLineProps) {
  const { t } = useTranslation()
  return (
    <p className={`phone-line ${valid ? '' : 'is-invalid'}`}>
      <button
        type="button"
        className="plain-button phone-who"
        aria-pressed={chosen}
        title={t('desk.chooseCallee')}
        disabled={!masked}
        onClick={onChoose}
      >
        {chosen && <CheckOutlined aria-hidden />} {who}
      </button>{' '}
      {number ? (
        <a href={telHref(number)} className="call-link" onClick={onDial}>
          <PhoneOutlined aria-hidden /> {number}
        </a>
      ) : (
        <b>{masked ?? t('desk.noNumber')}</b>
      )}
      {!valid && <span className="text-danger small"> {t('desk.wrongNumber')}</span>}
    </p>
  )
}
