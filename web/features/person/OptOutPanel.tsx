import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { type PersonDetail, getPerson, setOptOut } from '../../../contract/person.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useDo } from '../../ui/useDo.ts'

export function OptOutPanel({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  const code = useCode()
  const time = useTime()
  const takeBack = useDo(setOptOut, { done: t('person.optOutBackSaved'), stale: [getPerson, getTimeline] })
  if (person.optOuts.length === 0) return null
  return (
    <section className="panel">
      <div className="panel-head">
        <h2>{t('person.optOuts')}</h2>
      </div>
      <ul className="row-list">
        {person.optOuts.map(({ channel, purpose, since, reason }) => (
          <li key={`${channel}-${purpose}`}>
            <div>
              <strong>
                {code('channel', channel)} · {code('purpose', purpose)}
              </strong>
              <p className="secondary small">
                {t('person.optOutSince', { time: time.day(since) })}
                {reason && ` · ${code('optOutReason', reason)}`}
              </p>
            </div>
            {person.abilities.write && (
              <Button
                disabled={takeBack.isPending}
                onClick={() =>
                  takeBack.mutate({
                    params: { id: person.id },
                    body: setOptOut.body.parse({ channel, purpose, active: false }),
                  })
                }
              >
                {t('person.optOutBack')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
