import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { VisitSetup, VisitTeam, VisitVehicle, VisitZone } from '../../../contract/visit.ts'
import { BaseDialog } from './BaseDialog.tsx'
import { TeamDialog } from './TeamDialog.tsx'
import { VehicleDialog } from './VehicleDialog.tsx'
import { VisitMap } from './VisitMap.tsx'
import { ZoneDialog } from './ZoneDialog.tsx'

type Open =
  | { what: 'base' }
  | { what: 'zone'; of: VisitZone | null }
  | { what: 'vehicle'; of: VisitVehicle | null }
  | { what: 'team'; of: VisitTeam | null }

/** What planning goes by: base, zones, vehicles, teams. */
export function SetupPanel({ siteId, setup }: { siteId: number; setup: VisitSetup }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState<Open | null>(null)
  const close = () => setOpen(null)
  const { mayPlan } = setup
  const teamName = (id: number | null) => setup.teams.find((team) => team.id === id)?.name
  const given = { siteId, setup, onClose: close }
  return (
    <div className="stack">
      <section className="panel">
        <div className="panel-head">
          <h2>{t('visits.base')}</h2>
          {mayPlan && (
            <Button size="small" onClick={() => setOpen({ what: 'base' })}>
              {t(setup.base ? 'common.edit' : 'visits.setBase')}
            </Button>
          )}
        </div>
        <p className="secondary">
          {setup.base ? `${setup.base.latitude}, ${setup.base.longitude} · ` : ''}
          {t('visits.baseHint')}
        </p>
        {setup.base && (
          <VisitMap base={setup.base} zones={setup.zones.filter((zone) => zone.active)} height={320} />
        )}
      </section>
      <Named
        title={t('visits.teams')}
        add={mayPlan ? t('visits.addTeam') : null}
        items={setup.teams}
        text={(team) =>
          [
            team.members.map((member) => member.name).join('、'),
            setup.vehicles.find((vehicle) => vehicle.id === team.vehicleId)?.name ?? t('visits.noVehicle'),
          ].join(' · ')
        }
        onOpen={(of) => setOpen({ what: 'team', of })}
      />
      <Named
        title={t('visits.vehicles')}
        add={mayPlan ? t('visits.addVehicle') : null}
        items={setup.vehicles}
        text={(vehicle) =>
          [
            vehicle.plate,
            t('visits.seatsOf', { n: vehicle.seats }),
            t('visits.perKm', { n: vehicle.costPerKm ?? setup.costPerKm }),
          ]
            .filter(Boolean)
            .join(' · ')
        }
        onOpen={(of) => setOpen({ what: 'vehicle', of })}
      />
      <Named
        title={t('visits.zones')}
        hint={t('visits.zonesHint')}
        add={mayPlan ? t('visits.addZone') : null}
        items={setup.zones}
        text={(zone) =>
          `${t(`visits.shape.${zone.shape.kind}`)} · ${teamName(zone.teamId) ?? t('visits.anyTeam')}`
        }
        onOpen={(of) => setOpen({ what: 'zone', of })}
      />
      {open?.what === 'base' && <BaseDialog {...given} />}
      {open?.what === 'zone' && <ZoneDialog {...given} zone={open.of} />}
      {open?.what === 'vehicle' && <VehicleDialog {...given} vehicle={open.of} />}
      {open?.what === 'team' && <TeamDialog {...given} team={open.of} />}
    </div>
  )
}

type NamedProps<T> = {
  title: string
  hint?: string
  /** Words of the button; null when the reader only looks. */
  add: string | null
  items: T[]
  text: (item: T) => string
  onOpen: (item: T | null) => void
}

function Named<T extends { id: number; name: string; active: boolean }>({
  title,
  hint,
  add,
  items,
  text,
  onOpen,
}: NamedProps<T>) {
  const { t } = useTranslation()
  return (
    <section className="panel">
      <div className="panel-head">
        <h2>{title}</h2>
        {add !== null && (
          <Button size="small" onClick={() => onOpen(null)}>
            {add}
          </Button>
        )}
      </div>
      {hint && <p className="secondary">{hint}</p>}
      {items.length === 0 ? (
        <p className="secondary">{t('common.none')}</p>
      ) : (
        <ul className="row-list">
          {items.map((item) => (
            <li key={item.id}>
              <div>
                {item.name} <span className="secondary small">{text(item)}</span>
                {!item.active && <span className="secondary small"> · {t('visits.inactive')}</span>}
              </div>
              {add !== null && (
                <button
                  type="button"
                  className="plain-button"
                  aria-label={`${t('common.edit')} ${item.name}`}
                  onClick={() => onOpen(item)}
                >
                  {t('common.edit')}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
