import { sql } from 'kysely'
import type { ZoneShape } from '../../../contract/visit.ts'
import { placeHomes } from '../../modules/person/place.ts'
import { saveTeam, saveVehicle, saveZone, setBase } from '../../modules/visit/setup.ts'
import { systemActor } from '../../platform/actor.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'

const actor = systemActor('system:demo', '演示数据')

/** Where the demo hospital stands, and roughly where the places are that its people live in; the houses are made up. */
const houses: Record<string, [latitude: number, longitude: number]> = {
  GH01: [30.6402, 104.0431],
  GH02: [30.6606, 104.1092],
}
const places: [city: string, latitude: number, longitude: number, spreadKm: number][] = [
  ['成都市武侯区', 30.6296, 104.0438, 4],
  ['成都市锦江区', 30.6204, 104.1078, 4],
  ['成都市青羊区', 30.6748, 104.0217, 4],
  ['成都市成华区', 30.6702, 104.1265, 4],
  ['成都市双流区', 30.5746, 103.9237, 6],
  ['成都市龙泉驿区', 30.5565, 104.2746, 6],
  ['绵阳市涪城区', 31.4551, 104.7574, 4],
  ['绵阳市游仙区', 31.4737, 104.7665, 4],
  ['德阳市旌阳区', 31.1422, 104.4168, 4],
]

/**
 * Base, vehicles, teams and zones of each site, and positions of the addresses so far, as a hospital would have entered and imported them. Every
 * twelfth address is left without one, as in life.
 */
export async function seedDemoVisits(db: Db): Promise<void> {
  await transaction(db, async (trx) => {
    const { rows } = await sql<{ person_id: number; text: string; latitude: number; longitude: number }>`
      select h.person_id, h.text, h.latitude + sin(h.angle) * h.far / 111.2 as latitude,
        h.longitude + cos(h.angle) * h.far / (111.2 * cos(radians(h.latitude))) as longitude
      from (
        select y.person_id, y.text, x.latitude, x.longitude, (hashtextextended(y.text, 1) & 65535) / 65536.0 * 2 * pi() as angle,
          sqrt((hashtextextended(y.text, 2) & 65535) / 65536.0) * x.spread as far
        from person_address y join unnest(${places.map(([city]) => city)}::text[], ${places.map(([, latitude]) => latitude)}::float8[],
            ${places.map(([, , longitude]) => longitude)}::float8[], ${places.map(([, , , spread]) => spread)}::float8[])
          as x(city, latitude, longitude, spread) on x.city = concat(y.city, y.district)
        where y.latitude is null and y.use = 'home' and hashtextextended(y.text, 3) % 12 <> 0) h`.execute(trx)
    await placeHomes(
      trx,
      rows.map(({ person_id: personId, text, ...position }) => ({
        personId,
        text,
        position,
        source: 'demo',
        at: new Date(),
      })),
    )
    for (const site of await trx.selectFrom('site').select(['id', 'code', 'latitude']).execute()) {
      const house = houses[site.code]
      if (house && site.latitude === null) await furnish(trx, site.id, house)
    }
  })
}

async function furnish(trx: Trx, siteId: number, [latitude, longitude]: [number, number]): Promise<void> {
  await setBase(trx, actor, { siteId, latitude, longitude })
  const staff = await trx
    .selectFrom('staff')
    .select('id')
    .where('site_id', '=', siteId)
    .where('role', '=', 'outreach')
    .orderBy('id')
    .execute()
  const teams: number[] = []
  for (let first = 0; first < staff.length; first += 2) {
    const number = teams.length + 1
    const vehicleId = await saveVehicle(trx, actor, {
      siteId,
      name: `${number} 号车`,
      plate: `川A·${siteId}${number}0${number}8`,
      seats: 5,
      costPerKm: null,
      active: true,
    })
    teams.push(
      await saveTeam(trx, actor, {
        siteId,
        name: `走访 ${number} 组`,
        vehicleId,
        visitsPerDay: null,
        staffIds: staff.slice(first, first + 2).map((one) => one.id),
        active: true,
      }),
    )
  }
  const zones: { name: string; shape: ZoneShape }[] = [
    { name: '主城区', shape: { kind: 'circle', latitude: 30.65, longitude: 104.07, radiusKm: 12 } },
    { name: '绵阳、德阳', shape: { kind: 'districts', names: ['绵阳市', '德阳市'] } },
  ]
  for (const [index, { name, shape }] of zones.entries())
    await saveZone(trx, actor, {
      siteId,
      name,
      shape,
      // Where there is only one team, it drives everywhere.
      teamId: teams.length > 1 ? (teams[index % teams.length] ?? null) : null,
      active: true,
    })
}
