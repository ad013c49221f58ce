import { Button } from 'antd'
import { CheckOutlined } from '@ant-design/icons'
import { Suspense, lazy, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { grouped } from '../../format/phone.ts'
import { Key, useKey } from './Key.tsx'
import type { Calling, PhoneLine } from './useCalling.ts'

const RevealDialog = lazy(() => import('../person/RevealDialog.tsx'))

type PhoneLinesProps = { personId: number; calling: Calling; held: boolean }

/** The person's numbers and the relatives; a click chooses whom to call, so that the result says who was reached. */
export function PhoneLines({ personId, calling, held }: PhoneLinesProps) {
  const { t } = useTranslation()
  const [asking, setAsking] = useState(false)
  const mayAsk = calling.mayShow && !held
  useKey('P', () => setAsking(true), mayAsk)
  const line = (one: PhoneLine) => (
    <p key={JSON.stringify(one.callee)} className={`phone-line ${one.valid ? '' : 'is-invalid'}`}>
      <button
        type="button"
        className="plain-button phone-who"
        aria-pressed={one === calling.chosen}
        title={t('desk.chooseCallee')}
        disabled={!one.masked}
        onClick={() => calling.choose(one)}
      >
        {one === calling.chosen && <CheckOutlined aria-hidden />} {one.who}
      </button>{' '}
      <b>{one.number ? grouped(one.number) : (one.masked ?? t('desk.noNumber'))}</b>
      {!one.valid && <span className="text-danger small"> {t('desk.wrongNumber')}</span>}
    </p>
  )
  const family = calling.lines.filter((one) => one.family)
  const own = calling.lines.filter((one) => !one.family)
  return (
    <section className="phone-lines">
      {own.length === 0 && <p className="secondary">{t('desk.noPhone')}</p>}
      {own.map(line)}
      {family.length > 0 && <h3>{t('desk.family')}</h3>}
      {family.map(line)}
      {mayAsk && (
        <Button onClick={() => setAsking(true)}>
          <Key letter="P" /> {t('desk.revealPhone')}
        </Button>
      )}
      <Suspense fallback={null}>
        {asking && (
          <RevealDialog
            personId={personId}
            fields={['telecoms', 'relationships']}
            firstReason="call"
            onClose={() => setAsking(false)}
            onRevealed={calling.shown}
          />
        )}
      </Suspense>
    </section>
  )
}
