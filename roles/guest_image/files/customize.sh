#!/bin/sh
# mmdebstrap's customize hook: makes the guest of a plain Debian. $1: the root folder; $2: where
# initrd.img and the list of packages go.
# Everything a guest does at boot is measured, so what no measurement needs is taken away; what
# stays is Debian's own.
set -eu
root=$1 out=$2
here=$(dirname "$0")

# The initrd first: it needs udev (systemd mounts a disk only when udev has announced it) and
# dracut, the guest's own root needs neither: the kernel makes /dev and no unit waits for a device.
cp -r "$here/dracut" "$root/usr/lib/dracut/modules.d/98vmmlab"
chroot "$root" dracut --no-kernel --no-hostonly --no-early-microcode --no-compress --reproducible \
    --modules "systemd-initrd systemd-udevd systemd-journald vmmlab" \
    /initrd.img none
rm -r "$root/usr/lib/dracut/modules.d/98vmmlab"
install -m 0644 "$root/initrd.img" "$out/initrd.img"
rm "$root/initrd.img"
env DEBIAN_FRONTEND=noninteractive chroot "$root" \
    apt-get -y -o APT::AutoRemove::RecommendsImportant=false --autoremove purge dracut-core udev

# Who it is.
echo guest > "$root/etc/hostname"
printf '127.0.0.1 localhost\n127.0.1.1 guest\n' > "$root/etc/hosts"
echo 'Etc/UTC' > "$root/etc/timezone"

# SSH: root by key only. The lab host writes its key and the host's keys into its copy.
rm -f "$root"/etc/ssh/ssh_host_*
mkdir -p "$root/root/.ssh"
chmod 700 "$root/root/.ssh"
cp "$here/sshd.conf" "$root/etc/ssh/sshd_config.d/vmmlab.conf"
mkdir -p "$root/etc/systemd/system/ssh.service.d"
cp "$here/ssh.service.conf" "$root/etc/systemd/system/ssh.service.d/vmmlab.conf"
# Not a locked password ("!"), with which sshd refuses keys too, but one that fits nothing.
chroot "$root" usermod --password '*' root

# The journal stays in memory; systemd waits for nothing longer than 15 s.
mkdir -p "$root/etc/systemd/journald.conf.d" "$root/etc/systemd/system.conf.d"
printf '[Journal]\nStorage=volatile\nReadKMsg=no\nAudit=no\n' > "$root/etc/systemd/journald.conf.d/vmmlab.conf"
rm -rf "$root/var/log/journal"
printf '[Manager]\nDefaultTimeoutStartSec=15s\nDefaultTimeoutStopSec=10s\nDefaultDeviceTimeoutSec=15s\n' \
    > "$root/etc/systemd/system.conf.d/vmmlab.conf"

# Units and generators that serve hardware, logins, updates or a first boot: not this guest.
sed 's/#.*//' "$here/masked-units" | xargs systemctl --root="$root" mask
mkdir -p "$root/etc/systemd/system-generators"
for generator in "$root"/usr/lib/systemd/system-generators/*; do
    ln -s /dev/null "$root/etc/systemd/system-generators/${generator##*/}"
done

# Where sysbench fileio works.
mkdir -p "$root/var/lib/vmmlab-fileio"

# What is in it, for the build's record.
chroot "$root" dpkg-query --show --showformat '${Package} ${Version}\n' > "$out/packages"
