import { resource } from './resource.js';

const MEDIA = { of: '/api/media', none: 'none' };

await resource({
  path: '/api/cc_queue',
  one: 'queue',
  columns: [
    ['Name', 'name'],
    ['Numbers', ({ extensions, dids }) => [extensions, dids].filter(Boolean).join(', ') || '–'],
    ['Members', ({ users }) => String(users.length)],
    ['Joined now', ({ users }) => String(users.filter(([, , , , , , joined]) => joined).length), { class: 'wide' }],
    ['Strategy', 'strategy', { class: 'wide' }],
    ['Service level, s', 'sla_answer_time', { class: 'wide' }],
  ],
  filters: [['q', 'Search']],
  groups: [
    {
      name: 'General',
      fields: [
        ['name', 'Name'],
        ['strategy', 'Strategy', { first: 'longest-idle-agent' }],
        ['time_base_score', 'Score starts', { first: 'queue' }],
        ['site_id', 'Site', { of: '/api/site' }],
        ['record', 'Recorded', { none: 'as the agent' }],
        ['sla_answer_time', 'Answer in time'],
        ['sla_strategy', 'Service level'],
        ['avg_wait_range', 'Average over'],
        ['labels', 'Labels', { of: '/api/label' }],
      ],
    },
    { name: 'Members', fields: [['users', 'Agents', { members: '/api/user?is_agent=1' }]] },
    {
      name: 'Waiting',
      fields: [
        ['max_wait_time', 'Longest wait'],
        ['max_wait_time_with_no_agent', 'Longest wait without agents'],
        ['max_wait_time_with_no_agent_time_reached', 'Refuse after that'],
        ['discard_abandoned_after', 'Keep a place'],
        ['abandoned_resume_allowed', 'Give a place back'],
        ['exits', 'Exits'],
      ],
    },
    {
      name: 'Offers',
      fields: [
        ['ring_timeout', 'Ring'],
        ['auto_answer', 'Phones answer by themselves'],
        ['tier_rules_apply', 'Levels wait'],
        ['tier_rule_wait_second', 'Until the next level'],
        ['tier_rule_no_agent_no_wait', 'Pass over empty levels'],
        ['tier_rule_wait_multiply_level', 'Once a level'],
      ],
    },
    {
      name: 'Sounds',
      fields: [
        ['moh_id', 'Music', { ...MEDIA, none: 'the default' }],
        ['join_announce', 'Before the queue', MEDIA],
        ['announce_id', 'While waiting', MEDIA],
        ['announce_frequency', 'Every'],
        ['pre_bridge_announce', 'To the agent', MEDIA],
        ['music_advanced', 'Play the list'],
        ['audio_playback', 'List'],
      ],
    },
    {
      name: 'Wallboard',
      fields: [
        ['tv_name', 'Name'],
        ['background_color', 'Ground'],
        ['font_color', 'Letters'],
      ],
    },
  ],
});
