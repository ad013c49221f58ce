import { Link } from '@tanstack/react-router'
import type { Segment } from '../../../contract/segment.ts'

/** To the pathway or campaign that asks for a segment. */
export function UserLink({ user: { id, name, campaignId } }: { user: Segment['pathways'][number] }) {
  return campaignId === null ? (
    <Link to="/pathways/$id" params={{ id: String(id) }}>
      {name}
    </Link>
  ) : (
    <Link to="/campaigns/$id" params={{ id: String(campaignId) }}>
      {name}
    </Link>
  )
}
