import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Asked, problemOf } from '../book/api.ts'
import { Card, Choices } from '../book/parts.tsx'
import { PhoneStep } from '../book/PhoneStep.tsx'
import { WhoStep } from '../book/WhoStep.tsx'
import { type Info, type PortalEntrance, post } from './api.ts'

/** Hospital, number, code, and who it is by year of birth. */
export function SignIn({ sites, large, onIn }: { sites: Info['sites']; large: boolean; onIn: () => void }) {
  const { t, i18n } = useTranslation()
  const [chosen, setChosen] = useState<number | null>(null)
  const [names, setNames] = useState<string[] | null>(null)
  const [unknown, setUnknown] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const site = sites.find((one) => one.id === chosen) ?? (sites.length === 1 ? sites[0] : undefined)

  const act = async (work: () => Promise<void>) => {
    setBusy(true)
    setProblem(null)
    try {
      await work()
    } catch (error) {
      const id = problemOf(error)
      setProblem(id)
      if (id === 'booking-ended') setNames(null)
    }
    setBusy(false)
  }
  const take = (entrance: PortalEntrance) => {
    if (entrance.state === 'open') onIn()
    else if (entrance.state === 'unknown') setUnknown(true)
    else setNames(entrance.names)
  }

  if (sites.length === 0)
    return (
      <Card title={t('portal.closed')}>
        <p>{t('portal.closedHint')}</p>
      </Card>
    )
  if (!site)
    return (
      <Card title={t('portal.siteTitle')}>
        <Choices
          label={t('portal.siteTitle')}
          options={sites.map((one) => ({ key: one.id, text: one.name, value: one.id }))}
          onChoose={setChosen}
        />
      </Card>
    )
  if (unknown)
    return (
      <Card title={t('portal.unknown')}>
        <p>{t('portal.unknownHint')}</p>
        <button type="button" className="form-button" onClick={() => setUnknown(false)}>
          {t('portal.otherNumber')}
        </button>
      </Card>
    )
  if (names)
    return (
      <WhoStep
        who={{ state: 'several', names }}
        title={t('portal.whoTitle')}
        other={false}
        large={large}
        needsIdentity={false}
        onlyKnown
        problem={problem}
        busy={busy}
        onChoose={(name, birthYear) =>
          void act(async () => {
            const entrance = await post<PortalEntrance>('/sessions/confirm', { name, birthYear })
            if (entrance.state === 'confirm') setProblem('birth-year-wrong')
            take(entrance)
          })
        }
        onOther={() => undefined}
        onState={() => undefined}
      />
    )
  return (
    <>
      <PhoneStep
        problem={problem}
        busy={busy}
        onAsk={(phone, onAsked) =>
          void act(async () =>
            onAsked(await post<Asked>('/codes', { siteId: site.id, phone, language: i18n.language })),
          )
        }
        onProve={(request, phone, code) =>
          void act(async () => take(await post<PortalEntrance>('/sessions', { request, phone, code })))
        }
      />
      <p className="secondary portal-note">{t('portal.signInHint', { number: site.emergencyNumber })}</p>
    </>
  )
}
